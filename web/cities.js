// The menu of several recordings.

import { byId } from "./dom.js";

/**
 * @param {import("./types.js").PageInfo[]} cities
 * @param {(recording: string) => void} chosen
 */
export function prepareCities(cities, chosen) {
  const menu = menuOfCities();
  menu.replaceChildren(...cities.map(({ name, recording_id }) => new Option(name, recording_id)));
  menu.hidden = cities.length < 2;
  menu.onchange = () => chosen(menu.value);
}

/** @param {string} recording */
export function showCityName(recording) {
  menuOfCities().value = recording;
}

function menuOfCities() {
  const menu = byId("cities");
  if (!(menu instanceof HTMLSelectElement)) throw new Error("#cities is no menu");
  return menu;
}
