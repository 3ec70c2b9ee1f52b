/** What is built: the components and, as one file, their styles. */
import "../app/tokens.css";
import "../app/base.css";
import "./embedded.css";

export * from "./index.js";
