/* The map itself: outlines as SVG, colours by class, zoom, tooltip, keys. Outlines are drawn once per level; a change of
   figures only changes classes. */
window.buurtbeeld = window.buurtbeeld || {};
window.buurtbeeld.Drawing = (function () {
  "use strict";
  var NS = "http://www.w3.org/2000/svg";
  var MAX_ZOOM = 12;
  var PAD = 0.03; // room around the outline, as a share of its size

  function make(name, attributes, parent) {
    var element = document.createElementNS(NS, name);
    Object.keys(attributes || {}).forEach(function (key) { element.setAttribute(key, attributes[key]); });
    if (parent) parent.appendChild(element);
    return element;
  }

  /* root: the element the map fills. on: {choose(code)}. */
  function Drawing(root, config, on) {
    this.root = root;
    this.config = config;
    this.on = on;
    this.paths = {};
    this.svg = make("svg", { class: "map-svg", role: "group", tabindex: "-1", "aria-describedby": "map-help" });
    root.replaceChildren(this.svg);
    this._patterns();
    this.view = make("svg", { class: "map-view", width: "100%", height: "100%" }, this.svg);
    this._marks();
    this.tip = document.createElement("div");
    this.tip.className = "map-tip";
    this.tip.hidden = true;
    this.tip.setAttribute("aria-hidden", "true");
    root.appendChild(this.tip);
    this._controls();
    this._pointer();
    this._keys();
  }

  /* A pattern per status without a value, and overlays for values that are not final. */
  Drawing.prototype._patterns = function () {
    var defs = make("defs", {}, this.svg);
    function pattern(id, size, turn, draw) {
      var element = make("pattern", { id: "map-" + id, width: size, height: size, patternUnits: "userSpaceOnUse",
        patternTransform: "rotate(" + turn + ")" }, defs);
      draw(element);
      return element;
    }
    this.patterns = [
      pattern("suppressed", 5, 45, function (p) {
        make("rect", { width: 5, height: 5, class: "pattern-ground" }, p);
        make("rect", { width: 1.6, height: 5, class: "pattern-ink" }, p);
      }),
      pattern("not_delivered", 6, 0, function (p) {
        make("rect", { width: 6, height: 6, class: "pattern-ground" }, p);
        make("circle", { cx: 3, cy: 3, r: 1.3, class: "pattern-ink" }, p);
      }),
      pattern("provisional", 9, 135, function (p) { make("rect", { width: 1, height: 9, class: "pattern-over" }, p); }),
      pattern("estimated", 6, 90, function (p) { make("rect", { width: 0.9, height: 6, class: "pattern-over" }, p); }),
      pattern("rounded", 7, 0, function (p) { make("circle", { cx: 3.5, cy: 3.5, r: 0.8, class: "pattern-over" }, p); })
    ];
  };

  /* What the picture must say about itself, also when it is copied. */
  Drawing.prototype._marks = function () {
    var said = [];
    if (this.config.practice) said.push(this.config.texts.practice);
    if (this.config.schematic) said.push(this.config.texts.schematic);
    if (said.length) make("text", { class: "map-mark", x: 2, y: "100%", dy: -6 }, this.svg).textContent = said.join(" · ");
  };

  Drawing.prototype.outlines = function (layer) {
    var self = this;
    this.layer = layer;
    this.paths = {};
    this.view.replaceChildren();
    var pad = Math.max(layer.width, layer.height) * PAD;
    this.full = { x: -pad, y: -pad, w: layer.width + 2 * pad, h: layer.height + 2 * pad };
    this.svg.style.aspectRatio = this.full.w + " / " + this.full.h;
    var back = make("g", { class: "map-back", "aria-hidden": "true" }, this.view);
    var front = make("g", {}, this.view);
    this.over = make("g", { class: "map-over", "aria-hidden": "true" }, this.view);
    this.bubbles = make("g", { class: "map-bubbles", "aria-hidden": "true" }, this.view);
    this.signs = make("g", { class: "map-signs", "aria-hidden": "true" }, this.view);
    this.frame = make("path", { class: "map-selected", d: "", "aria-hidden": "true" }, this.view);
    if (layer.outline) make("path", { d: layer.outline }, back);
    // Larger areas that only a list names: ground without figures, drawn but not coloured.
    (layer.listed || []).forEach(function (area) {
      var ground = make("path", { d: area[1], class: "map-ground" }, front);
      make("title", {}, ground).textContent = (self.config.names[area[0]] || area[0]) + ": " + self.config.texts.listed;
    });
    layer.areas.forEach(function (area) {
      if (!layer.outline) make("path", { d: area[1] }, back);
      var path = make("path", { d: area[1], class: "area", tabindex: "-1", role: "button", "data-code": area[0] }, front);
      self.paths[area[0]] = { area: path, over: make("path", { d: area[1] }, self.over), d: area[1], at: [area[2], area[3]] };
    });
    var first = layer.areas.length ? layer.areas[0][0] : null;
    this.stop = first;
    if (first) this.paths[first].area.setAttribute("tabindex", "0");
    this.show(this.full);
  };

  /* Colours and words of a set of cells. `dimmed`: code -> outside the chosen district. */
  Drawing.prototype.paint = function (figures, cells, dimmed) {
    var self = this, largest = 0;
    this.figures = figures;
    this.cells = {};
    cells.forEach(function (cell) { if (figures.isCount && cell.value > largest) largest = cell.value; });
    this.bubbles.replaceChildren();
    this.signs.replaceChildren();
    cells.forEach(function (cell) {
      var drawn = self.paths[cell.code];
      self.cells[cell.code] = cell;
      if (!drawn) return;
      var fill = !cell.hasValue ? "status-" + cell.status : figures.isCount ? "q0" : "q" + cell.quantile;
      drawn.area.setAttribute("class", "area " + fill + (dimmed[cell.code] ? " is-dimmed" : ""));
      drawn.area.setAttribute("aria-label", cell.name + ": " + figures.sentence(cell));
      self._sign(cell, drawn);
      var isOver = cell.hasValue && cell.status !== "final";
      drawn.over.setAttribute("class", isOver ? "over-" + cell.status : "");
      if (figures.isCount && cell.hasValue && largest > 0) {
        var radius = Math.sqrt(cell.value / largest) * Math.min(self.layer.width, self.layer.height) * 0.055;
        make("circle", { cx: drawn.at[0], cy: drawn.at[1], r: radius.toFixed(1), class: dimmed[cell.code] ? "is-dimmed" : "" },
          self.bubbles);
      }
    });
    Object.keys(this.paths).forEach(function (code) {
      if (!self.cells[code]) self.paths[code].area.setAttribute("class", "area status-not_applicable");
    });
    if (!this.tip.hidden && this.tipCode) this._tell(this.tipCode);
  };

  /* What stands out has a shape of its own, so that no colour is needed: a triangle the way the figure goes for a signal,
     a diamond for what to keep an eye on. */
  var SHAPES = { h: "M0 -9L9 7H-9Z", l: "M0 9L9 -7H-9Z", w: "M0 -7L7 0L0 7L-7 0Z" };

  Drawing.prototype._sign = function (cell, drawn) {
    var kind = cell.judged ? signOf(cell.judged) : null;
    if (kind) make("path", { d: SHAPES[kind], class: "map-sign sign-" + kind, "data-x": drawn.at[0], "data-y": drawn.at[1] },
      this.signs);
    this._place_signs();
  };

  /* Signs keep their size on screen. */
  Drawing.prototype._place_signs = function () {
    var unit = this.box.w / (this.svg.clientWidth || 600);
    this.signs.querySelectorAll("path").forEach(function (sign) {
      sign.setAttribute("transform",
        "translate(" + sign.dataset.x + " " + sign.dataset.y + ") scale(" + unit.toFixed(3) + ")");
    });
  };

  /* Which sign a verdict has: h or l for a signal, w for the weaker tier, null for none. */
  function signOf(judged) {
    if (judged.word === 0) return judged.way === "l" ? "l" : "h";
    return judged.word === 1 ? "w" : null;
  }
  Drawing.SHAPES = SHAPES;
  Drawing.signOf = signOf;

  Drawing.prototype.select = function (codes) {
    var self = this;
    this.frame.setAttribute("d", codes.map(function (code) { return self.paths[code] ? self.paths[code].d : ""; }).join(""));
    Object.keys(this.paths).forEach(function (code) {
      var isChosen = codes.length === 1 && codes[0] === code;
      self.paths[code].area.setAttribute("aria-pressed", String(isChosen));
    });
  };

  // --- looking closer ------------------------------------------------------------------------------------------------

  Drawing.prototype.show = function (box) {
    var width = Math.max(this.full.w / MAX_ZOOM, Math.min(this.full.w, box.w));
    var height = width * this.full.h / this.full.w;
    var x = Math.max(this.full.x, Math.min(this.full.x + this.full.w - width, box.x + (box.w - width) / 2));
    var y = Math.max(this.full.y, Math.min(this.full.y + this.full.h - height, box.y + (box.h - height) / 2));
    this.box = { x: x, y: y, w: width, h: height };
    this.view.setAttribute("viewBox", [x, y, width, height].map(function (n) { return n.toFixed(1); }).join(" "));
    this.root.classList.toggle("is-zoomed", width < this.full.w * 0.999);
    this._place_signs();
    // Patterns are drawn in map units: keep them the same size on screen.
    var onScreen = this.svg.clientWidth || 600, unit = width / onScreen;
    this.patterns.forEach(function (pattern) {
      var turn = pattern.getAttribute("patternTransform").replace(/ ?scale.*/, "");
      pattern.setAttribute("patternTransform", turn + " scale(" + unit.toFixed(3) + ")");
    });
  };

  Drawing.prototype.zoom = function (factor, centre) {
    var box = this.box, at = centre || { x: box.x + box.w / 2, y: box.y + box.h / 2 };
    var width = Math.max(this.full.w / MAX_ZOOM, Math.min(this.full.w, box.w / factor)), ratio = width / box.w;
    this.show({ x: at.x - (at.x - box.x) * ratio, y: at.y - (at.y - box.y) * ratio, w: width, h: box.h * ratio });
  };

  Drawing.prototype.zoomTo = function (codes) {
    var self = this, boxes = codes.map(function (code) { return self.paths[code]; }).filter(Boolean)
      .map(function (drawn) { return drawn.area.getBBox(); });
    if (!boxes.length) return this.show(this.full);
    var x = Math.min.apply(null, boxes.map(function (b) { return b.x; }));
    var y = Math.min.apply(null, boxes.map(function (b) { return b.y; }));
    var w = Math.max.apply(null, boxes.map(function (b) { return b.x + b.width; })) - x;
    var h = Math.max.apply(null, boxes.map(function (b) { return b.y + b.height; })) - y;
    var scale = Math.max(w / this.full.w, h / this.full.h) * 1.15;
    var width = this.full.w * scale, height = this.full.h * scale;
    this.show({ x: x + w / 2 - width / 2, y: y + h / 2 - height / 2, w: width, h: height });
  };

  Drawing.prototype._controls = function () {
    var self = this, texts = this.config.texts, box = document.createElement("div");
    box.className = "map-controls";
    [["plus", texts.zoomIn, function () { self.zoom(1.6); }], ["minus", texts.zoomOut, function () { self.zoom(1 / 1.6); }],
      ["reset", texts.zoomReset, function () { self.show(self.full); }]].forEach(function (entry) {
      var button = document.createElement("button"), icon = document.createElement("span");
      button.type = "button";
      button.className = "icon-button";
      button.title = entry[1];
      button.setAttribute("aria-label", entry[1]);
      icon.className = "icon icon-" + entry[0];
      icon.setAttribute("aria-hidden", "true");
      button.appendChild(icon);
      button.addEventListener("click", entry[2]);
      box.appendChild(button);
    });
    this.root.appendChild(box);
  };

  /* A place on screen in map units. */
  Drawing.prototype._place = function (event) {
    var matrix = this.view.getScreenCTM();
    var inner = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix.inverse());
    return { x: inner.x, y: inner.y };
  };

  Drawing.prototype._pointer = function () {
    var self = this, down = new Map(), start = null, moved = false, spread = 0;
    this.svg.addEventListener("wheel", function (event) {
      if (!event.ctrlKey) return; // a plain wheel scrolls the page
      event.preventDefault();
      self.zoom(event.deltaY < 0 ? 1.25 : 0.8, self._place(event));
    }, { passive: false });
    this.svg.addEventListener("pointerdown", function (event) {
      down.set(event.pointerId, event);
      moved = false;
      start = { x: event.clientX, y: event.clientY, box: self.box };
      spread = 0;
    });
    window.addEventListener("pointerup", function (event) { down.delete(event.pointerId); });
    window.addEventListener("pointercancel", function (event) { down.delete(event.pointerId); });
    this.svg.addEventListener("pointermove", function (event) {
      if (down.has(event.pointerId)) down.set(event.pointerId, event);
      if (down.size === 2) {
        var two = Array.from(down.values());
        var now = Math.hypot(two[0].clientX - two[1].clientX, two[0].clientY - two[1].clientY);
        if (spread) {
          self.zoom(now / spread, self._place({ clientX: (two[0].clientX + two[1].clientX) / 2,
            clientY: (two[0].clientY + two[1].clientY) / 2 }));
        }
        spread = now;
        moved = true;
      } else if (down.size === 1 && start && self.root.classList.contains("is-zoomed")) {
        var dx = event.clientX - start.x, dy = event.clientY - start.y;
        if (Math.hypot(dx, dy) > 4) moved = true;
        var unit = self.box.w / self.svg.clientWidth;
        if (moved) self.show({ x: start.box.x - dx * unit, y: start.box.y - dy * unit, w: self.box.w, h: self.box.h });
      }
      var code = event.target.dataset ? event.target.dataset.code : null;
      if (code && !moved) self._tell(code, event);
      else self._hush();
    });
    this.svg.addEventListener("pointerleave", function () { self._hush(); });
    this.svg.addEventListener("click", function (event) {
      var code = event.target.dataset ? event.target.dataset.code : null;
      if (code && !moved) self.on.choose(code);
    });
  };

  /* One stop for the Tab key; arrows go to the nearest area in that direction. */
  Drawing.prototype._keys = function () {
    var self = this, ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    this.svg.addEventListener("keydown", function (event) {
      var code = event.target.dataset ? event.target.dataset.code : null;
      if (!code) return;
      if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        self.on.choose(code);
      } else if (ways[event.key]) {
        event.preventDefault();
        var next = self._neighbour(code, ways[event.key]);
        if (next) self.focus(next);
      } else if (event.key === "Escape") self._hush();
    });
    this.svg.addEventListener("focusin", function (event) {
      var code = event.target.dataset ? event.target.dataset.code : null;
      if (!code) return;
      if (self.paths[self.stop]) self.paths[self.stop].area.setAttribute("tabindex", "-1");
      self.stop = code;
      self.paths[code].area.setAttribute("tabindex", "0");
      if (event.target.matches(":focus-visible")) self._tell(code);
    });
    this.svg.addEventListener("focusout", function () { self._hush(); });
  };

  Drawing.prototype.focus = function (code) {
    if (this.paths[code]) this.paths[code].area.focus({ preventScroll: true });
  };

  Drawing.prototype._neighbour = function (code, way) {
    var self = this, from = this.paths[code].at, best = null, least = Infinity;
    Object.keys(this.paths).forEach(function (other) {
      if (other === code) return;
      var dx = self.paths[other].at[0] - from[0], dy = self.paths[other].at[1] - from[1];
      var along = dx * way[0] + dy * way[1], aside = Math.abs(dx * way[1]) + Math.abs(dy * way[0]);
      if (along <= 0 || aside > along * 1.5) return;
      if (along + aside < least) { least = along + aside; best = other; }
    });
    return best;
  };

  // --- tooltip -------------------------------------------------------------------------------------------------------

  Drawing.prototype._tell = function (code, event) {
    var cell = this.cells && this.cells[code];
    if (!cell) return;
    this.tipCode = code;
    var name = document.createElement("strong"), lines = this.figures.lines(cell);
    name.textContent = cell.name;
    this.tip.replaceChildren(name);
    lines.forEach(function (line) {
      var part = document.createElement("span");
      part.textContent = line;
      this.tip.appendChild(part);
    }, this);
    this.tip.hidden = false;
    var box = this.root.getBoundingClientRect(), x, y;
    if (event) { x = event.clientX - box.left; y = event.clientY - box.top; }
    else {
      var area = this.paths[code].area.getBoundingClientRect();
      x = area.left + area.width / 2 - box.left;
      y = area.top + area.height / 2 - box.top;
    }
    var left = Math.max(4, Math.min(box.width - this.tip.offsetWidth - 4, x + 14));
    var top = y + 16 + this.tip.offsetHeight > box.height ? y - this.tip.offsetHeight - 12 : y + 16;
    this.tip.style.transform = "translate(" + left.toFixed(0) + "px," + Math.max(4, top).toFixed(0) + "px)";
  };

  Drawing.prototype._hush = function () {
    this.tip.hidden = true;
    this.tipCode = null;
  };

  return Drawing;
})();
