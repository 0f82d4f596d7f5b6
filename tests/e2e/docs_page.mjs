// What somebody does on the docs page in a browser, whoever the provider is: authorize with scopes, try
// an operation, sign out. Not for what a provider's own page asks for.
import assert from "node:assert/strict";

// Opens the dialog with these scopes chosen, and gives the provider's window.
export const authorize = async (page, scopes) => {
  await page.getByRole("button", { name: "Authorize" }).first().click();
  const dialog = page.locator(".dialog-ux");
  for (const scope of scopes) {
    const box = dialog.locator(`input[id^="${scope}"]`).first();
    if (!(await box.isChecked())) await dialog.locator(`label[for^='${scope}']`).first().click();
    assert.ok(await box.isChecked(), scope);
  }
  assert.equal(await dialog.locator("#client_id_authorizationCode").inputValue(), "example-api");
  const opened = page.waitForEvent("popup");
  await dialog.getByRole("button", { name: "Apply given OAuth2 credentials" }).click();
  return opened;
};

// Once the page has its token.
export const close_dialog = async (page) => {
  await page.locator(".dialog-ux button", { hasText: "Logout" }).waitFor();
  await page.locator(".dialog-ux button", { hasText: "Close" }).click();
};

export const sign_out = async (page) => {
  await page.getByRole("button", { name: "Authorize" }).first().click();
  await page.locator(".dialog-ux button", { hasText: "Logout" }).click();
  await page.locator(".dialog-ux button", { hasText: "Close" }).click();
};

// Executes one operation of the page, opened before or not: status, body and fields of the answer.
export const try_out = async (page, id) => {
  const operation = page.locator(`[id$="${id}"]`);
  const execute = operation.getByRole("button", { name: "Execute" });
  if (!(await operation.getByRole("button", { name: "Try it out" }).or(execute).isVisible())) {
    await operation.locator("button.opblock-summary-control").click();
  }
  if (await execute.isVisible()) {
    await operation.getByRole("button", { name: "Clear" }).click();
  } else {
    await operation.getByRole("button", { name: "Try it out" }).click();
  }
  await execute.click();
  const answer = operation.locator(".live-responses-table .response");
  await answer.waitFor();
  return {
    status: (await answer.locator(".response-col_status").innerText()).trim().slice(0, 3),
    text: await answer.locator(".response-col_description").innerText(),
  };
};
