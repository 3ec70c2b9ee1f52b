import { createRoot } from "react-dom/client";
import { App } from "./app.js";
import "./tokens.css";
import "./base.css";

const element = document.getElementById("app");
if (!element) throw new Error("the page has no place for the application");
createRoot(element).render(<App />);
