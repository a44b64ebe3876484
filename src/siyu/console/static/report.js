/* Draws every chart of the page from the specs in it; no chart's failure touches another. */
(function () {
  "use strict";
  const given = JSON.parse(document.getElementById("charts").textContent);
  const options = {
    mode: "vega-lite", renderer: "svg", ast: true, actions: false, defaultStyle: false, config: given.config,
    tooltip: { disableDefaultStyle: true },
  };

  function failed(place, error) {
    place.textContent = given.failed;
    place.classList.add("failed");
    place.dataset.state = "failed";
    console.error(place.dataset.chart, error);
  }

  function draw(place) {
    const spec = given.specs[place.dataset.chart];
    return vegaEmbed(place, spec, options).then(
      function () { place.dataset.state = "drawn"; },
      function (error) { failed(place, error); });
  }

  const places = Array.from(document.querySelectorAll("[data-chart]"));
  places.reduce(function (before, place) { return before.then(function () { return draw(place); }); }, Promise.resolve())
    .then(function () { document.documentElement.dataset.drawn = "yes"; });

  /* The bar at the top marks the section being read. */
  const links = new Map(Array.from(document.querySelectorAll("nav a")).map(function (a) { return [a.hash.slice(1), a]; }));
  const seen = new IntersectionObserver(function (entries) {
    entries.forEach(function (entry) {
      const link = links.get(entry.target.id);
      if (link && entry.isIntersecting) {
        links.forEach(function (other) { other.removeAttribute("aria-current"); });
        link.setAttribute("aria-current", "true");
      }
    });
  }, { rootMargin: "-20% 0px -70% 0px" });
  document.querySelectorAll("main section[id]").forEach(function (section) { seen.observe(section); });
})();
