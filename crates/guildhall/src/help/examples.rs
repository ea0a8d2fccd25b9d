//! An example or two of each command, with what it is for.

type Example = (&'static str, &'static str);

pub(crate) const EXAMPLES: &[(&str, &[Example])] = &[
    (
        "serve",
        &[
            ("On this machine, with a database in guildhall-data", "guildhall serve"),
            (
                "Behind a proxy that speaks TLS, on PostgreSQL, with mail",
                "guildhall serve --public-url https://auth.example.com --trusted-proxies loopback --database-url \
             postgres://guildhall@db.internal/guildhall --master-key-file /etc/guildhall/master.key --smtp-url \
             smtps://mail.example.com --mail-from no-reply@example.com",
            ),
            ("With all options in a file", "guildhall serve --config /etc/guildhall/guildhall.toml"),
        ],
    ),
    (
        "doctor",
        &[
            ("Of a server that has its options in a file", "guildhall doctor --config /etc/guildhall/guildhall.toml"),
            ("What is wrong, for a script", "guildhall doctor --json | jq -r 'select(.status == \"fail\") | .message'"),
        ],
    ),
    (
        "migrate",
        &[
            ("Before the servers of a new version start", "guildhall migrate"),
            ("Only whether there is something to do", "guildhall migrate --check"),
        ],
    ),
    (
        "project create",
        &[
            (
                "For an app on this machine",
                "guildhall project create --name Acme --redirect-url http://localhost:3000/authenticate",
            ),
            (
                "For production, with the credentials in a file",
                "guildhall project create --name Acme --environment live --redirect-url https://app.example.com/authenticate \
             --json > acme.json",
            ),
        ],
    ),
    (
        "project list",
        &[(
            "The id of the project with this name",
            "guildhall project list --json | jq -r 'select(.name == \"Acme\").project_id'",
        )],
    ),
    ("project show", &[("", "guildhall project show project-live-…")]),
    (
        "project update",
        &[
            (
                "Another place where links may lead",
                "guildhall project update project-live-… --add-redirect-url https://app.example.com/welcome",
            ),
            (
                "Stricter passwords",
                "guildhall project update project-live-… --password-policy luds --luds-min-password-length 12",
            ),
        ],
    ),
    ("project delete", &[("", "guildhall project delete project-test-…")]),
    ("project add-secret", &[("Before the old one is taken away", "guildhall project add-secret project-live-…")]),
    ("project remove-secret", &[("", "guildhall project remove-secret project-live-… secret-live-…")]),
    (
        "project seed",
        &[(
            "As much as a company of a thousand customers has",
            "guildhall project seed --project project-test-… --organizations 1000 --members 50000 --sessions 20000",
        )],
    ),
    (
        "operator create",
        &[
            ("With a password that is made up", "guildhall operator create ops@example.com"),
            ("With one from a password manager", "guildhall operator create ops@example.com --password-stdin"),
        ],
    ),
    ("operator list", &[("", "guildhall operator list")]),
    ("operator remove", &[("", "guildhall operator remove ops@example.com")]),
    ("operator reset", &[("Who has lost their password", "guildhall operator reset ops@example.com")]),
    (
        "operator remove-passkeys",
        &[("Who has lost their security keys", "guildhall operator remove-passkeys ops@example.com")],
    ),
    (
        "organization list",
        &[
            ("The first hundred", "guildhall organization list --project project-live-…"),
            (
                "All of them, into a spreadsheet",
                "guildhall organization list --project project-live-… --all --json | jq -r '[.organization_id, .organization_name] | @csv'",
            ),
        ],
    ),
    (
        "organization search",
        &[
            ("By a part of the name", "guildhall organization search --project project-live-… acme"),
            ("By a domain", "guildhall organization search --project project-live-… acme.example"),
        ],
    ),
    ("organization show", &[("By its slug", "guildhall organization show --project project-live-… acme")]),
    (
        "organization explain",
        &[
            (
                "Why somebody cannot sign in with a mailed link",
                "guildhall organization explain --project project-live-… acme ada@acme.example --method magic_link",
            ),
            (
                "With a password and an authenticator app",
                "guildhall organization explain --project project-live-… acme ada@acme.example --method password \
             --second-factor totp",
            ),
        ],
    ),
    (
        "organization branding",
        &[
            ("As it is, and what its colors become", "guildhall organization branding --project project-live-… acme"),
            (
                "Other colors than the project's",
                "guildhall organization branding --project project-live-… acme --brand-color '#7a1fa2' \
             --background-color '#f6effa'",
            ),
        ],
    ),
    (
        "organization setup-link",
        &[
            (
                "For the IT person of a customer, who sets up single sign-on with it",
                "guildhall organization setup-link --project project-live-… acme --purpose sso --purpose domains \
             --contact-email it@acme.example",
            ),
            ("Those that are still good", "guildhall organization setup-link --project project-live-… acme"),
            (
                "That one is good no more, wherever it was opened",
                "guildhall organization setup-link --project project-live-… acme --revoke setup-link-live-…",
            ),
        ],
    ),
    (
        "member list",
        &[
            ("", "guildhall member list --project project-live-… --organization acme"),
            (
                "Who has not accepted an invitation yet",
                "guildhall member list --project project-live-… --organization acme --status invited",
            ),
        ],
    ),
    (
        "member search",
        &[
            ("In which organizations somebody is", "guildhall member search --project project-live-… ada@acme.example"),
            ("By a part of the address", "guildhall member search --project project-live-… @acme.example --all"),
        ],
    ),
    (
        "member show",
        &[
            ("By id", "guildhall member show --project project-live-… member-live-…"),
            (
                "By address, in one organization",
                "guildhall member show --project project-live-… --organization acme ada@acme.example",
            ),
        ],
    ),
    (
        "member impersonate",
        &[(
            "Look at what a member sees, and say why",
            "guildhall member impersonate --project project-live-… --organization acme ada@acme.example \
             --operator ops@example.com --reason ticket-4711",
        )],
    ),
    (
        "session list",
        &[
            ("Where somebody is logged in", "guildhall session list --project project-live-… --member member-live-…"),
            (
                "Who is logged in to an organization",
                "guildhall session list --project project-live-… --organization acme --all",
            ),
        ],
    ),
    ("session show", &[("", "guildhall session show --project project-live-… session-live-…")]),
    (
        "session revoke",
        &[
            ("One session", "guildhall session revoke --project project-live-… session-live-…"),
            (
                "Everywhere, for a member who has lost a laptop",
                "guildhall session revoke --project project-live-… --member member-live-…",
            ),
            (
                "All of an organization, in a script",
                "guildhall session revoke --project project-live-… --organization acme --yes",
            ),
        ],
    ),
    ("rbac set", &[("", "guildhall rbac set --project project-live-… policy.json")]),
    (
        "provider set",
        &[
            (
                "The secret in a file",
                "guildhall provider set project-live-… google --client-id … --client-secret-file google.txt",
            ),
            (
                "An OpenID Connect provider of your own",
                "guildhall provider set project-live-… acme --issuer https://id.acme.example --client-id … --client-secret-file -",
            ),
        ],
    ),
    ("provider list", &[("", "guildhall provider list project-live-…")]),
    ("provider show", &[("The address to register there", "guildhall provider show project-live-… google")]),
    ("provider remove", &[("", "guildhall provider remove project-live-… google")]),
    (
        "scim explain",
        &[
            ("", "guildhall scim explain scim-connection-live-…"),
            (
                "Only what was refused, as a program reads it",
                "guildhall scim explain scim-connection-live-… --refused --json",
            ),
        ],
    ),
    (
        "sso explain",
        &[
            ("", "guildhall sso explain saml-connection-live-…"),
            (
                "One login, by the id on the page of whoever was turned away",
                "guildhall sso explain saml-connection-live-… --request request-id-live-…",
            ),
        ],
    ),
    (
        "outbox",
        &[
            ("The latest mail of a server without a mail server", "guildhall outbox --limit 1"),
            ("Its link, for a test", "guildhall outbox --limit 1 --json | jq -r .link"),
        ],
    ),
    (
        "mail templates",
        &[
            ("What there is, and which names a template may use", "guildhall mail templates"),
            ("To begin with your own", "guildhall mail templates --directory templates"),
        ],
    ),
    (
        "mail preview",
        &[
            ("", "guildhall mail preview login"),
            ("Your own, in German", "guildhall mail preview invite --language de --templates templates"),
        ],
    ),
    (
        "health",
        &[("Of a server that has its options in a file", "guildhall health --config /etc/guildhall/guildhall.toml")],
    ),
    ("outbox retry", &[("Once the mail server works again", "guildhall outbox retry")]),
    (
        "audit",
        &[
            ("", "guildhall audit --project project-live-…"),
            (
                "Who has changed organizations",
                "guildhall audit --project project-live-… --limit 1000 --json | jq 'select(.action == \"organization.update\") | .actor'",
            ),
        ],
    ),
    (
        "backup",
        &[
            ("", "guildhall backup /var/backups/guildhall.jsonl"),
            ("Compressed, to another machine", "guildhall backup - | zstd | ssh backups 'cat > guildhall.jsonl.zst'"),
        ],
    ),
    ("restore", &[("", "guildhall restore /var/backups/guildhall.jsonl --database-url sqlite:new/guildhall.db")]),
    (
        "copy",
        &[(
            "From SQLite to PostgreSQL, with no server running",
            "guildhall copy --from sqlite:guildhall-data/guildhall.db --to postgres://guildhall@db.internal/guildhall",
        )],
    ),
    ("keys list", &[("", "guildhall keys list")]),
    (
        "keys rotate",
        &[
            ("The key that signs session JWTs", "guildhall keys rotate --project project-live-…"),
            ("The key that seals what is stored", "guildhall keys rotate --data"),
            ("The operator's own", "guildhall keys rotate --master --new-master-key-file new.key"),
        ],
    ),
    ("breach-filter build", &[("", "guildhall breach-filter build pwned-passwords.txt breached.filter")]),
    ("breach-filter check", &[("", "guildhall breach-filter check breached.filter")]),
    ("openapi", &[("", "guildhall openapi > openapi.json")]),
    (
        "completions",
        &[
            (
                "For bash, from the next shell on",
                "guildhall completions bash > ~/.local/share/bash-completion/completions/guildhall",
            ),
            ("For zsh, in a folder of $fpath", "guildhall completions zsh > ~/.zfunc/_guildhall"),
            ("For fish", "guildhall completions fish > ~/.config/fish/completions/guildhall.fish"),
        ],
    ),
    (
        "man",
        &[
            ("", "guildhall man | man -l -"),
            ("Every page, where man finds them", "guildhall man --directory ~/.local/share/man/man1"),
        ],
    ),
];
