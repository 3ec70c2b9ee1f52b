import { answerQuestions } from "./answer-questions.js";
import { Queries } from "./queries.js";

/** The other side of a `QueryThread`. */
answerQuestions((db) => new Queries(db));
