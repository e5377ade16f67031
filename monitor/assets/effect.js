/* The form of "did it work?": makes its choices of their data, and turns what is chosen into an address. */
(function () {
  "use strict";
  function byId(id) { return document.getElementById(id); }

  function made(name, className, text) {
    var element = document.createElement(name);
    if (className) element.className = className;
    if (text) element.textContent = text;
    return element;
  }

  /* Areas to tick, per district, with a field that narrows them and a line that says what is chosen. */
  function choices(place, config, key, whenNone) {
    if (!place) return;
    var chosen = config.chosen[key].split(","), search = made("input", "select effect-search");
    var list = made("div", "effect-list"), told = made("p", "meta");
    search.type = "search";
    search.placeholder = config.texts.search;
    search.setAttribute("aria-label", config.texts.search);
    list.tabIndex = 0;
    list.setAttribute("role", "group");
    list.setAttribute("aria-label", place.parentNode.querySelector("legend").textContent);
    config.areas.forEach(function (group) {
      var part = made("div", "effect-group");
      if (group[0]) part.appendChild(made("p", "meta", group[0]));
      group[1].forEach(function (area) {
        var label = made("label", ""), box = made("input", "");
        box.type = "checkbox";
        box.value = area[0];
        box.checked = chosen.indexOf(area[0]) >= 0;
        label.append(box, made("span", "", area[1]));
        part.appendChild(label);
      });
      list.appendChild(part);
    });
    function say() {
      var names = Array.from(list.querySelectorAll(":checked")).map(function (box) { return box.nextSibling.textContent; });
      told.textContent = names.length ? names.join(", ") : whenNone;
    }
    list.addEventListener("change", say);
    search.addEventListener("keydown", function (event) { if (event.key === "Enter") event.preventDefault(); });
    search.addEventListener("input", function () {
      var wanted = search.value.trim().toLowerCase();
      list.querySelectorAll("label").forEach(function (label) {
        label.hidden = label.textContent.toLowerCase().indexOf(wanted) < 0;
      });
      list.querySelectorAll(".effect-group").forEach(function (part) {
        part.hidden = !part.querySelector("label:not([hidden])");
      });
    });
    place.replaceChildren(search, list, told);
    say();
  }

  function periods(select, config, key, first) {
    select.replaceChildren(new Option(first, ""));
    config.periods.forEach(function (period) { select.add(new Option(period[1], period[0])); });
    select.value = config.chosen[key];
    if (select.selectedIndex < 0) select.selectedIndex = 0;
  }

  function ticked(id) {
    return Array.from(document.querySelectorAll("#" + id + " :checked")).map(function (box) { return box.value; }).join(",");
  }

  function ask(config) {
    var wanted = Object.assign({}, config.kept, {
      effect: ticked("effect-choices"), effect_from: byId("effect-from-select").value,
      effect_to: byId("effect-to-select").value, effect_compare: ticked("effect-compare-choices")
    });
    if (!wanted.effect || !wanted.effect_from) return config.texts.missing;
    var query = new URLSearchParams();
    config.order.forEach(function (key) { if (wanted[key]) query.set(key, wanted[key]); });
    if (query.toString().length > 3800) return config.texts.long; // the guard reads 4 kB
    window.buurtbeeld.follow(config.path + "?" + query.toString() + "#" + config.section);
    return "";
  }

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    buurtbeeld_effect: {
      fill: function (config) {
        var form = byId("effect-form");
        if (!config || !form) return window.dash_clientside.no_update;
        choices(byId("effect-choices"), config, "effect", config.texts.none);
        choices(byId("effect-compare-choices"), config, "effect_compare", config.texts.all);
        byId("effect-beside").open = !!config.chosen.effect_compare;
        periods(byId("effect-from-select"), config, "effect_from", config.texts.start);
        periods(byId("effect-to-select"), config, "effect_to", config.texts.end);
        form.onsubmit = function (event) {
          event.preventDefault();
          byId("effect-told").textContent = ask(config);
        };
        return 1;
      }
    }
  });
})();
