// Small pictures drawn by lines, in the colour of the text around them. Words always say the same.
import { svg } from "./dom.js";

/** @type {Record<string, string>} */
const paths = {
  alert: "M12 4 2.8 20h18.4ZM12 10v4.5M12 17.4v.1",
  back: "M14.5 5.5 8 12l6.5 6.5",
  check: "M5 12.5 10 17.5 19 7",
  chevron: "m7 10 5 5 5-5",
  clipboard:
    "M9 5H6.5A1.5 1.5 0 0 0 5 6.5v12A1.5 1.5 0 0 0 6.5 20h11a1.5 1.5 0 0 0 1.5-1.5v-12A1.5 1.5 0 0 0 17.5 5H15M9 3.5h6v3H9Z",
  copy: "M9 9h10.5v11H9ZM5.5 15H4.5V4H15v1.5",
  cross: "M6 6l12 12M18 6 6 18",
  folder: "M3.5 6.5h6l2 2.5h9v9.5h-17Z",
  hide: "M4 4l16 16M9.9 5.7A9.9 9.9 0 0 1 12 5.5c5 0 8.3 4 9.5 6.5a14 14 0 0 1-2.7 3.6M6.4 7.6A14 14 0 0 0 2.5 12c1.2 2.5 4.5 6.5 9.5 6.5a9.7 9.7 0 0 0 4.6-1.2M10 10.2a3 3 0 0 0 4 4.1",
  key: "M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8ZM12 12v8.5h5M12 16.5h3.5",
  lock: "M6.5 11h11v8.5h-11ZM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
  mail: "M3.5 6h17v12.5h-17ZM4 6.5l8 6.5 8-6.5",
  open: "M13.5 4.5h6v6M19 5l-8 8M10 6H5.5v12.5H18V14",
  person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM4.5 20.5c.8-4 3.8-6 7.5-6s6.7 2 7.5 6",
  phone: "M7.5 3h9v18h-9ZM11 18h2",
  plus: "M12 5.5v13M5.5 12h13",
  leave: "M10 4.5H5.5v15H10M15.5 8l4 4-4 4M19 12H9.5",
  show: "M2.5 12c1.2-2.5 4.5-6.5 9.5-6.5s8.3 4 9.5 6.5c-1.2 2.5-4.5 6.5-9.5 6.5S3.7 14.5 2.5 12ZM12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6Z",
  search: "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13ZM15.5 15.5l5 5",
};

/**
 * @param {string} name
 * @param {string} [more] further classes
 */
export const icon = (name, more = "") => svg(`icon ${more}`.trim(), "0 0 24 24", [["path", { d: paths[name] ?? "" }]]);

/** A ring that turns while the person waits. */
export const ring = () =>
  svg("ring", "0 0 72 72", [
    ["circle", { cx: "36", cy: "36", r: "30" }],
    ["path", { d: "M36 6a30 30 0 0 1 29 37" }],
  ]);
