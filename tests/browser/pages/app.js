// The application under the tests: one page, what it shows depends on the path.
//   /login, /authenticate   the prebuilt login, discovery flow
//   /login?codes            the same, with codes by mail; so with /o/SLUG?codes
//   /o/SLUG                 the prebuilt login of one organization
//   /s/SLUG, /s             the prebuilt login with single sign-on, of one organization or by discovery
//   /a/SLUG, /a             the prebuilt login with accounts at OAuth providers, of one organization or by discovery
//   /g/SLUG                 the same with Google One Tap only
//   /t/SLUG/login           the same, where the project's settings say where the slug stands
//   /p/SLUG, /p             the prebuilt login with passwords, of one organization or by discovery
//   /reset                  where a link to set a password leads
//   /members, /settings, /sso, /scim     the admin portal
//   anything else           only the client
(() => {
  const { publicToken, options, redirectUrl, sessionDurationMinutes = 60 } = window.settings;
  const client = new window.b2b.StytchB2BClient(publicToken, options);
  window.client = client;
  window.events = [];
  window.errors = [];

  const main = document.querySelector("#main");
  const { B2BProducts, StytchB2B } = window.b2b;

  const byCode = new URLSearchParams(location.search).has("codes");

  function showLogin(config) {
    customElements.define("stytch-b2b-login", StytchB2B);
    const login = document.createElement("stytch-b2b-login");
    login.render({
      client,
      config: {
        products: [byCode ? B2BProducts.emailOtp : B2BProducts.emailMagicLinks],
        sessionOptions: { sessionDurationMinutes },
        emailMagicLinksOptions: {
          discoveryRedirectURL: redirectUrl,
          loginRedirectURL: redirectUrl,
          signupRedirectURL: redirectUrl,
        },
        ssoOptions: { loginRedirectURL: redirectUrl, signupRedirectURL: redirectUrl },
        ...config,
      },
      callbacks: {
        onEvent: (event) => window.events.push(event.type),
        onError: (error) => window.errors.push(String(error?.error_type ?? error)),
      },
    });
    main.append(login);
  }

  const [, first, second] = location.pathname.split("/");
  if (first === "login" || first === "authenticate") {
    showLogin({ authFlowType: "Discovery" });
  } else if (first === "o") {
    showLogin({ authFlowType: "Organization", organizationSlug: second });
  } else if (first === "s") {
    showLogin({
      products: [B2BProducts.sso],
      ...(second ? { authFlowType: "Organization", organizationSlug: second } : { authFlowType: "Discovery" }),
    });
  } else if (first === "a" || first === "g") {
    const google = first === "g" ? { type: "google", one_tap: true } : "google";
    const all = [google, "microsoft", "github", "slack", "hubspot"].map((one) => (typeof one === "string" ? { type: one } : one));
    showLogin({
      products: [B2BProducts.oauth, ...(first === "a" ? [B2BProducts.emailMagicLinks] : [])],
      oauthOptions: {
        providers: first === "g" ? all.slice(0, 1) : all.map((one) => (one.type === "github" ? { ...one, customScopes: ["read:org"] } : one)),
        loginRedirectURL: redirectUrl,
        signupRedirectURL: redirectUrl,
        discoveryRedirectURL: redirectUrl,
      },
      ...(second ? { authFlowType: "Organization", organizationSlug: second } : { authFlowType: "Discovery" }),
    });
  } else if (first === "t") {
    showLogin({ authFlowType: "Organization" });
  } else if (first === "p" || first === "reset") {
    const resetPasswordRedirectURL = `${location.origin}/reset`;
    showLogin({
      products: [B2BProducts.passwords],
      passwordOptions: { loginRedirectURL: redirectUrl, discoveryRedirectURL: resetPasswordRedirectURL, resetPasswordRedirectURL },
      ...(second ? { authFlowType: "Organization", organizationSlug: second } : { authFlowType: "Discovery" }),
    });
  } else if (first === "members") {
    window.adminPortal.mountAdminPortalMemberManagement({ client, element: "#main" });
  } else if (first === "settings") {
    window.adminPortal.mountAdminPortalOrgSettings({ client, element: "#main" });
  } else if (first === "scim") {
    window.adminPortal.mountAdminPortalSCIM({ client, element: "#main" });
  } else if (first === "sso") {
    window.adminPortal.mountAdminPortalSSO({
      client,
      element: "#main",
      config: { testLoginRedirectURL: redirectUrl, testSignupRedirectURL: redirectUrl },
    });
  }
})();
