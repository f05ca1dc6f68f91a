"use strict";
// The filters: a row stays when its text has the words and it belongs to the session and the agent that were chosen.
(() => {
  const form = document.getElementById("filters");
  const words = document.getElementById("words");
  const session = document.getElementById("session");
  const agent = document.getElementById("agent");
  const shown = document.getElementById("shown");
  const rows = [...document.querySelectorAll("table.filtered > tbody > tr")].map((row) => ({
    row,
    text: row.textContent.toLowerCase(),
    sessions: (row.dataset.session || "").split("\n"),
    agents: (row.dataset.agents || "").split("\n"),
  }));

  function apply() {
    const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const { row, text, sessions, agents } of rows) {
      const fits =
        wanted.every((word) => text.includes(word)) &&
        (session.value === "" || sessions.includes(session.value)) &&
        (agent.value === "" || agents.includes(agent.value));
      row.hidden = !fits;
      count += fits ? 1 : 0;
    }
    for (const table of document.querySelectorAll("table.filtered")) {
      table.classList.toggle("none", table.querySelector("tbody > tr:not([hidden])") === null);
    }
    const all = count === rows.length;
    shown.textContent = all ? `${rows.length} rows` : `${count} of ${rows.length} rows`;
  }

  form.addEventListener("input", apply);
  form.addEventListener("change", apply);
  form.addEventListener("reset", () => setTimeout(apply));
  form.addEventListener("submit", (event) => event.preventDefault());
  // The browser may have kept what was filled in before a reload.
  apply();
  form.hidden = false;
})();
