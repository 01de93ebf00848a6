/**
 * The same pure function, which works the answer to a question out once. It keeps at most `answersMax` of them and then starts
 * anew: senders choose the questions, and what is in use is soon known again.
 */
export const remember = <Question, Answer extends {}>(
  answersMax: number,
  answer: (question: Question) => Answer,
): ((question: Question) => Answer) => {
  const answers = new Map<Question, Answer>();
  return (question) => {
    const known = answers.get(question);
    if (known !== undefined) return known;
    const found = answer(question);
    if (answers.size === answersMax) answers.clear();
    answers.set(question, found);
    return found;
  };
};
