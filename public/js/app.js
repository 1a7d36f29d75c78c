// What every page has: menus, copying, the clock, the session, and the live connection where there is one.
import "./menus.js";
import "./copy.js";
import "./clock.js";
import "./session.js";
import "./toasts.js";
import "./live.js";
import "./feed.js";
import "./filters.js";
import "./palette.js";
import "./keys.js";
import "./install.js";
