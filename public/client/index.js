export { BellwetherClient, BellwetherError } from "./client.js";
