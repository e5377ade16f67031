/* The map page: what is chosen, its address, the filters, and the words around the map. Asks the server only for figures
   of an indicator not seen before and for outlines of a level not seen before. */
(function () {
  "use strict";
  var data = window.buurtbeeld.data, Drawing = window.buurtbeeld.Drawing, parts = window.buurtbeeld.mapParts;
  var page = null;

  function byId(id) { return document.getElementById(id); }

  /* Rates of small areas are drawn smoothed unless the address asks for them as counted. */
  function measureAsked() {
    return new URLSearchParams(window.location.search).get("measure") === "counted" ? "counted" : "smoothed";
  }

  function Page(config) {
    var self = this;
    this.config = config;
    this.state = Object.assign({}, config.state);
    this.state.measure = measureAsked();
    this.asked = 0;
    this.root = byId("map-root");
    this.drawing = new Drawing(this.root, config, { choose: function (code) { self.choose(code); } });
    this.table = new parts.Table(byId("map-table"), config);
    this._filters();
    this.update({}, { fit: true });
  }

  // --- choices -------------------------------------------------------------------------------------------------------

  Page.prototype._filters = function () {
    var self = this;
    byId("map-indicator").addEventListener("change", function (event) { self.update({ indicator: event.target.value }); });
    byId("map-period").addEventListener("change", function (event) { self.update({ period: event.target.value }); });
    byId("map-earlier").addEventListener("click", function () { self.step(-1); });
    byId("map-later").addEventListener("click", function () { self.step(1); });
    byId("map-measure").addEventListener("click", function (event) {
      var measure = event.target.dataset.measure;
      if (measure) self.update({ measure: measure });
    });
    byId("map-level").addEventListener("click", function (event) {
      var level = event.target.dataset.level;
      if (level && level !== self.state.level) self.update({ level: level, area: null }, { fit: true });
    });
  };

  Page.prototype._measure = function () {
    var state = this.state, isThere = this.figures.isSmoothed(state.level, state.period), texts = this.config.texts;
    byId("map-measure").querySelectorAll("button").forEach(function (button) {
      var isCounted = button.dataset.measure === "counted";
      button.setAttribute("aria-pressed", String(isThere ? button.dataset.measure === state.measure : isCounted));
      button.disabled = !isThere && !isCounted;
      button.title = button.disabled ? texts.smoothedOnly : "";
    });
  };

  Page.prototype.step = function (way) {
    var found = this.figures.find(this.state.level, this.state.period);
    var periods = found ? this.figures.block(this.state.level, found.kind).periods : [];
    var next = found ? periods[found.row + way] : null;
    if (next) this.update({ period: next });
  };

  /* An area on the map or in the trail: a district opens into its neighbourhoods, a neighbourhood is marked. */
  Page.prototype.choose = function (code) {
    var level = code ? this.config.levels[code] : null;
    if (level === "district" && this.config.layers.neighbourhood) {
      this.update({ level: "neighbourhood", area: code }, { fit: true, push: true });
    } else if (!code || level === "municipality") {
      this.update({ area: null }, { fit: true, push: true });
    } else {
      this.update({ area: code === this.state.area ? this.district() : code });
    }
  };

  /* The district that is looked into: the chosen one, or that of the chosen neighbourhood. */
  Page.prototype.district = function () {
    var area = this.state.area;
    if (!area || this.state.level !== "neighbourhood") return null;
    if (this.config.levels[area] === "district") return area;
    return this.state.opened && this.config.parents[area] === this.state.opened ? this.state.opened : null;
  };

  // --- one way from choice to screen ---------------------------------------------------------------------------------

  Page.prototype.update = function (changes, how) {
    var self = this, ticket = ++this.asked, wanted = Object.assign({}, this.state, changes);
    how = how || {};
    if (changes.area && this.config.levels[changes.area] === "district") wanted.opened = changes.area;
    if ("area" in changes && !changes.area) wanted.opened = null;
    this.root.setAttribute("aria-busy", "true");
    return Promise.all([data.outlines(this.config, wanted.level), data.values(this.config, wanted.indicator)])
      .then(function (answers) {
        if (ticket !== self.asked || page !== self) return; // a later choice overtook this one
        self.figures = new data.Figures(self.config, answers[1]);
        var before = self.state;
        wanted.period = self.figures.nearest(wanted.level, wanted.period, parts.kindOf(self.figures, before));
        self.state = wanted;
        if (self.layer !== answers[0]) {
          self.layer = answers[0];
          self.drawing.outlines(answers[0]);
          how.fit = true;
        }
        self.paint(how);
        if (!how.still) self.remember(how.push);
      })
      .catch(function (error) { self.trouble(error); })
      .finally(function () { if (ticket === self.asked) self.root.removeAttribute("aria-busy"); });
  };

  Page.prototype.paint = function (how) {
    var self = this, config = this.config, state = this.state, district = this.district();
    var cells = this.figures.cells(state.level, state.period, state.measure);
    var inside = cells.filter(function (cell) { return !district || config.parents[cell.code] === district; });
    var dimmed = {};
    cells.forEach(function (cell) { dimmed[cell.code] = inside.indexOf(cell) < 0; });
    this.drawing.paint(this.figures, cells, dimmed);
    var isMarked = state.area && config.levels[state.area] === state.level;
    this.drawing.select(isMarked ? [state.area] : district ? inside.map(function (cell) { return cell.code; }) : []);
    if (how.fit) {
      if (district) this.drawing.zoomTo(inside.map(function (cell) { return cell.code; }));
      else this.drawing.show(this.drawing.full);
    }
    this.drawing.svg.setAttribute("aria-label", this.title() + ", " + config.periods[state.period]);
    this.table.fill(this.figures, state, inside);
    parts.legend(byId("map-legend"), config, this.figures, state, cells);
    parts.trail(byId("map-trail"), config, state, district, function (code, level) { self.trailTo(code, level); });
    parts.chosen(byId("map-chosen"), config, this.figures, state, isMarked ? cells : []);
    parts.sum(byId("map-sum"), config, this.figures, state);
    parts.words(config, this.figures, state, inside, district, this.title());
    this._show();
  };

  Page.prototype.trailTo = function (code, level) {
    if (level === "municipality") this.update({ area: null }, { fit: true, push: true });
    else this.update({ area: code }, { fit: true });
  };

  Page.prototype.title = function () {
    var texts = this.config.texts;
    return texts.perLevel[this.state.level].replace("{indicator}", this.config.indicators[this.state.indicator]);
  };

  /* Filters show what is on the map, also after a step back. */
  Page.prototype._show = function () {
    var state = this.state, found = this.figures.find(state.level, state.period);
    byId("map-indicator").value = state.indicator;
    byId("map-level").querySelectorAll("button").forEach(function (button) {
      button.setAttribute("aria-pressed", String(button.dataset.level === state.level));
    });
    this._measure();
    parts.periods(byId("map-period"), this.config, this.figures, state);
    var last = found ? this.figures.block(state.level, found.kind).periods.length - 1 : -1;
    byId("map-earlier").disabled = !found || found.row === 0;
    byId("map-later").disabled = !found || found.row === last;
  };

  // --- address -------------------------------------------------------------------------------------------------------

  Page.prototype.address = function () {
    var state = this.state, query = new URLSearchParams();
    ["indicator", "level", "area", "period"].forEach(function (key) { if (state[key]) query.set(key, state[key]); });
    if (state.measure === "counted") query.set("measure", "counted");
    var kept = this.config.kept;
    Object.keys(kept).forEach(function (key) { query.set(key, kept[key]); });
    return this.config.base + "kaart?" + query.toString();
  };

  /* A drill-down is a step one can go back from; other choices replace the address. */
  Page.prototype.remember = function (isStep) {
    var address = this.address();
    if (address === window.location.pathname + window.location.search) return;
    window.history[isStep ? "pushState" : "replaceState"](null, "", address);
    document.querySelectorAll(".languages a").forEach(function (link) {
      // The switch of language keeps what is chosen on the map.
      var target = new URL(link.href), query = new URLSearchParams(window.location.search);
      if (target.searchParams.get("lang")) query.set("lang", target.searchParams.get("lang"));
      else query.delete("lang");
      link.setAttribute("href", target.pathname + "?" + query.toString());
    });
  };

  Page.prototype.back = function () {
    var query = new URLSearchParams(window.location.search), config = this.config;
    var asked = { indicator: query.get("indicator"), level: query.get("level"), area: query.get("area"), period: query.get("period") };
    var changes = { area: asked.area && config.levels[asked.area] ? asked.area : null };
    changes.opened = changes.area && config.levels[changes.area] === "district" ? changes.area : null;
    changes.indicator = config.indicators[asked.indicator] ? asked.indicator : config.state.indicator;
    changes.level = config.layers[asked.level] ? asked.level : config.state.level;
    changes.period = config.periods[asked.period] ? asked.period : null;
    changes.measure = measureAsked();
    this.update(changes, { fit: true, still: true });
  };

  Page.prototype.trouble = function (error) {
    var texts = this.config.texts;
    if (error.message === "404" && !this.hasReloaded()) return window.location.reload(); // figures were renewed meanwhile
    byId("live").textContent = texts.trouble;
    var told = document.createElement("p");
    told.className = "map-trouble";
    told.textContent = texts.trouble;
    this.root.replaceChildren(told);
    if (!/^\d+$|fetch/i.test(error.message)) throw error;
  };

  Page.prototype.hasReloaded = function () {
    var key = "buurtbeeld-reloaded-" + this.config.load, before = window.sessionStorage.getItem(key);
    window.sessionStorage.setItem(key, "1");
    return before !== null;
  };

  function isHere() { return page && byId("map-root") === page.root; }

  window.addEventListener("popstate", function () {
    if (isHere() && window.location.pathname === page.config.base + "kaart") page.back();
  });
  window.addEventListener("resize", function () { if (isHere() && page.layer) page.drawing.show(page.drawing.box); });

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    buurtbeeld_map: {
      draw: function (config) {
        if (!config || !byId("map-root")) return window.dash_clientside.no_update;
        if (!isHere() || page.config.load !== config.load ||
            JSON.stringify(page.config.kept) !== JSON.stringify(config.kept) ||
            JSON.stringify(page.config.state) !== JSON.stringify(config.state)) page = new Page(config);
        return config.load;
      }
    }
  });
})();
