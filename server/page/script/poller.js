/** Calls task again and again, milliseconds after it is done; slowly while the tab is hidden. Returns a function that ends it. */
export function poll(task, milliseconds) {
  const HIDDEN_MILLISECONDS = 5000;
  let timer = 0;
  let ended = false;
  const abort = new AbortController();
  const turn = async () => {
    await task(abort.signal).catch((problem) => { if (problem.name !== "AbortError") console.error(problem); });
    if (!ended) timer = setTimeout(turn, document.hidden ? Math.max(milliseconds, HIDDEN_MILLISECONDS) : milliseconds);
  };
  const wake = () => {
    if (document.hidden || ended || timer === 0) return;
    clearTimeout(timer);
    timer = 0;
    turn();
  };
  document.addEventListener("visibilitychange", wake);
  turn();
  return () => {
    ended = true;
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", wake);
    abort.abort();
  };
}
