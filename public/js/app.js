// What every page has: menus, copying, the clock, and the live connection where there is one.
import "./menus.js";
import "./copy.js";
import "./clock.js";
import "./live.js";
