/* The map of the front page: one topic, one level, one period. An area leads to its own page. */
(function () {
  "use strict";
  var data = window.buurtbeeld.data, Drawing = window.buurtbeeld.Drawing, parts = window.buurtbeeld.mapParts;

  function byId(id) { return document.getElementById(id); }

  function open(config, code) {
    if (!code) return;
    var query = new URLSearchParams({ indicator: config.state.indicator });
    Object.keys(config.kept).forEach(function (key) { query.set(key, config.kept[key]); });
    window.history.pushState({}, "", config.base + "gebied/" + code + "?" + query.toString());
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
  }

  function draw(config) {
    var root = byId("small-map-root"), state = Object.assign({}, config.state);
    root.replaceChildren();
    var drawing = new Drawing(root, config, { choose: function (code) { open(config, code); } });
    Promise.all([data.outlines(config, state.level), data.values(config, state.indicator)]).then(function (answers) {
      if (byId("small-map-root") !== root) return; // the reader has gone on
      var figures = new data.Figures(config, answers[1]);
      state.period = figures.nearest(state.level, state.period, null);
      var cells = figures.cells(state.level, state.period, "smoothed");
      drawing.outlines(answers[0]);
      drawing.paint(figures, cells, {});
      drawing.show(drawing.full);
      var name = config.texts.perLevel[state.level].replace("{indicator}", config.indicators[state.indicator]);
      drawing.svg.setAttribute("aria-label", name + ", " + config.periods[state.period]);
      parts.legend(byId("small-map-legend"), config, figures, state, cells);
    }).catch(function (error) {
      root.textContent = config.texts.trouble;
      if (!/^\d+$|fetch/i.test(error.message)) throw error;
    });
  }

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    buurtbeeld_small_map: {
      draw: function (config) {
        if (config && byId("small-map-root")) draw(config);
        return window.dash_clientside.no_update;
      }
    }
  });
})();
