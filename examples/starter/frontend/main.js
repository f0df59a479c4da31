const app = window.go.main.App;
const at = (id) => document.getElementById(id);
const pages = document.querySelectorAll("main");
let page = "home";

function draw() {
  const shown = page;
  for (const each of pages) each.hidden = each.id !== shown;
  const place = { home: "Home", profile: "Profile" }[shown];
  window.runtime.WindowSetTitle(`Starter — ${place}`);
}

for (const button of document.querySelectorAll("nav button")) {
  button.onclick = () => {
    page = button.dataset.page;
    draw();
  };
}
at("greeting").textContent = await app.Greeting();
draw();
