#!/usr/bin/env bash
# A guess: a SCIM server that does not know how to filter by an attribute says so, with 400 and invalidFilter (RFC 7644, section 3.4.2.2)
# or, as django-scim2 answers PATCHes that it does not know, with 501.
# Instead: django-scim2 0.23.0 answers 200 with totalResults 0, for externalId, which it has stored and shows, for id, for emails and for
# a group's displayName. Names in another case, as USERNAME, end so too, though case does not matter in them (RFC 7643, section 2.1).
# Only userName, the two parts of name and active are known, until the app extends the map.
# Where: its FilterQuery returns no objects if the filter could not be turned into SQL for the attributes of attr_map.
# For sign-in: directories look people up by externalId and groups by name before they make them. An empty answer lets them make all again
# with every run, or fail with 409. Extend attr_map of the users' and of the groups' query, and answer 400 for the rest.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv env
env/bin/pip install --quiet django==5.2.19 django-scim2==0.23.0
mkdir accounts
touch accounts/__init__.py
cat > accounts/models.py <<'PY'
from django.contrib.auth.models import AbstractUser
from django.db import models
from django_scim.models import AbstractSCIMGroupMixin, AbstractSCIMUserMixin


class Group(AbstractSCIMGroupMixin):
    name = models.CharField(max_length=80)


class User(AbstractSCIMUserMixin, AbstractUser):
    scim_groups = models.ManyToManyField(Group, related_name="user_set")
PY
cat > app.py <<'PY'
from importlib.metadata import version
from types import SimpleNamespace
from urllib.parse import quote

import django
from django.conf import settings
from django.urls import include, path

scheme = {"type": "oauth2", "name": "token", "description": "a token"}
settings.configure(
    ROOT_URLCONF="__main__", ALLOWED_HOSTS=["*"], AUTH_USER_MODEL="accounts.User", MIDDLEWARE=["__main__.signed_in"], SECRET_KEY="none",
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "django_scim", "accounts"], DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    SCIM_SERVICE_PROVIDER={"NETLOC": "localhost", "GROUP_MODEL": "accounts.models.Group", "AUTHENTICATION_SCHEMES": [scheme]},
)
django.setup()


def signed_in(answer):
    def answer_provisioner(request):
        request.user = SimpleNamespace(is_authenticated=True, is_anonymous=False)
        return answer(request)

    return answer_provisioner


urlpatterns = [path("scim/v2/", include("django_scim.urls", namespace="scim"))]
from django.core.management import call_command  # noqa: E402
from django.test import Client  # noqa: E402

call_command("migrate", verbosity=0, run_syncdb=True)
client = Client(content_type="application/scim+json")
core = "urn:ietf:params:scim:schemas:core:2.0:"
user = {"schemas": [core + "User"], "userName": "ann", "externalId": "e1", "emails": [{"value": "ann@example.com", "primary": True}]}
for kind, body in {"Users": user, "Groups": {"schemas": [core + "Group"], "displayName": "nurses"}}.items():
    made = client.post(f"/scim/v2/{kind}", data=body, content_type="application/scim+json")
    print("django-scim2", version("django-scim2"), made.status_code, {name: made.json().get(name) for name in body})
for kind, text, found in [("Users", 'userName eq "ann"', 1), ("Users", 'USERNAME eq "ann"', 0), ("Users", 'externalId eq "e1"', 0),
                          ("Users", 'id eq "1"', 0), ("Users", 'emails.value eq "ann@example.com"', 0), ("Groups", 'displayName eq "nurses"', 0)]:
    answer = client.get(f"/scim/v2/{kind}?filter={quote(text)}")
    print(kind, text, "|", answer.status_code, answer.json()["totalResults"])
    assert (answer.status_code, answer.json()["totalResults"]) == (200, found)
PY
env/bin/python app.py
