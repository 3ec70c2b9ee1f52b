import { answerQuestions } from "./answer-questions.js";
import { HistoryQueries, isPacked } from "./history-query.js";

/** The other side of a `HistoryThread`. */
answerQuestions(
  (db) => new HistoryQueries(db),
  (answer) => (isPacked(answer) ? [answer.bytes, answer.facts.buffer] : []),
);
