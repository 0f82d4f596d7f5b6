// Starts Swagger UI on the page. The settings stand in the page as data, so that no script is inline.
"use strict";

const follow_colours = () => {
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const apply = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
  dark.addEventListener("change", apply);
  apply();
};

const start = () => {
  const settings = document.getElementById("docs").dataset;
  const ui = SwaggerUIBundle({
    url: "/openapi.json",
    dom_id: "#docs",
    layout: "BaseLayout",
    deepLinking: true,
    displayRequestDuration: true,
    defaultModelsExpandDepth: -1,
    showExtensions: true,
    validatorUrl: null,
    oauth2RedirectUrl: window.location.origin + "/docs/oauth2-redirect",
  });
  ui.initOAuth({
    appName: settings.title,
    clientId: settings.clientId,
    usePkceWithAuthorizationCodeGrant: true,
  });
};

follow_colours();
document.addEventListener("DOMContentLoaded", start);
