/** Where the page and the API are. docker/release/docker-compose.yml sets the variables. */

/** The page's origin, as it stands in the user's address bar. */
export const pageOrigin = new URL(process.env.PAGE_URL || "http://localhost:3000").origin;

/** The list's address, as the page requests it: another origin. */
export const api = new URL(process.env.API_URL || "http://localhost:8000/todos").href;

/** The service, as the suite itself reaches it. */
export const service = process.env.TODOBACKEND_URL || new URL(api).origin;
