// The page draws whatever state it is sent. Texts come from strangers: textContent alone.
const app = window.go.main.App;
const title = document.title;
const at = (id) => document.getElementById(id);
let last = 0;

let page = "home";
let state = {};

function show(name) {
  page = name;
  draw(state);
}

function draw(next) {
  if (next.revision < last) return;
  state = next;
  last = state.revision;
  for (const name of ["home", "profile"]) at(name).hidden = name !== page;
  const who = state.account;
  const waiting = state.phase === "waiting";
  at("name").textContent = who ? who.name : "Profile";
  at("email").textContent = who ? who.email : "";
  at("told").textContent = waiting
    ? "Finish the sign-in in your browser."
    : (state.problem && `${state.problem.title}. ${state.problem.hint}`) || (who ? "" : "Sign in to see your profile.");
  at("signIn").hidden = Boolean(who) || waiting;
  at("cancel").hidden = !waiting;
  at("signOut").hidden = !who;
  const place = page === "home" ? "Home" : who ? who.name : waiting ? "Waiting" : "Profile";
  window.runtime.WindowSetTitle(`${title} — ${place}`);
}

for (const button of document.querySelectorAll("nav button")) button.onclick = () => show(button.dataset.page);
at("signIn").onclick = () => app.SignIn();
at("cancel").onclick = () => app.Cancel();
at("signOut").onclick = () => app.SignOut();
window.runtime.EventsOn("state", draw);
draw(await app.State());
