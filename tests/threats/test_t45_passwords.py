"""T-45: whoever tries passwords learns neither from the answer nor from the work behind it who is a member, and who has one."""

from harness import new_email, token_from, unique
from scenes import stripped, verdict

ATTEMPTS = 6


def test_t45_a_wrong_password_costs_the_same_whoever_it_is_tried_for(start_server):
    server = start_server()
    project = server.project()
    org = project.organization().organization_id
    known, without = project.member(org).email_address, project.member(org).email_address
    project.api.passwords.email.reset_start(organization_id=org, email_address=known)
    token = token_from(project.mailbox.wait(known))
    project.api.passwords.email.reset(password_reset_token=token, password=f"violet-harbor-sings-{unique()}")
    work, answers = {}, {}
    for name, email in {"known": known, "without": without, "nobody": new_email()}.items():
        for door in (project.raw, project.browser):
            path = "/b2b/passwords/authenticate"
            body = {"organization_id": org, "email_address": email, "password": "wrong"}
            before = server.processor_time()
            for _ in range(ATTEMPTS // 2):
                answer = door("POST", path if door == project.browser else f"/v1{path}", body)
            work[name] = work.get(name, 0) + server.processor_time() - before
            answers.setdefault(door.__name__, set()).add((*verdict(answer), stripped(answer)["error_message"]))
    assert all(len(told) == 1 for told in answers.values()), answers
    assert min(work.values()) > ATTEMPTS / 200, f"nothing was hashed: {work}"
    assert max(work.values()) < 2 * min(work.values()), work
