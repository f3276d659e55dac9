// Reloads the page when the board was built anew.
"use strict";
(async () => {
  let seen = null;
  for (;;) {
    try {
      const answer = await fetch("/live?seen=" + (seen ?? ""), { cache: "no-store" });
      const now = await answer.text();
      if (seen !== null && answer.ok && now !== seen) {
        location.reload();
        return;
      }
      seen = answer.ok ? now : seen;
    } catch {
      await new Promise((done) => setTimeout(done, 1000));
    }
  }
})();
