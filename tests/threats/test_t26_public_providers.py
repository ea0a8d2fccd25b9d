"""Threat T-26: whoever has an address at a public mail provider must not thereby belong to an organization."""

import pytest

PROVIDERS = """
gmail.com outlook.com hotmail.com yahoo.com icloud.com aol.com comcast.net verizon.net cox.net mail.com
qq.com 163.com 126.com yeah.net sina.com sohu.com foxmail.com aliyun.com 139.com vip.163.com
mail.ru bk.ru inbox.ru list.ru internet.ru yandex.ru ya.ru rambler.ru
gmx.de web.de t-online.de freenet.de posteo.de mailbox.org kabelmail.de
uol.com.br bol.com.br terra.com.br ig.com.br globo.com r7.com
rediffmail.com sify.com indiatimes.com
naver.com daum.net hanmail.net nate.com
wp.pl o2.pl onet.pl interia.pl go2.pl buziaczek.pl
seznam.cz email.cz centrum.cz atlas.cz volny.cz azet.sk zoznam.sk
yahoo.co.jp docomo.ne.jp ezweb.ne.jp i.softbank.jp nifty.com goo.jp
orange.fr free.fr laposte.net sfr.fr bbox.fr club-internet.fr
libero.it virgilio.it alice.it tin.it tim.it poste.it fastwebnet.it
proton.me protonmail.com tuta.com tutanota.com fastmail.com hushmail.com startmail.com runbox.com mailfence.com disroot.org
riseup.net zoho.com zohomail.eu mailo.com duck.com mozmail.com privaterelay.appleid.com simplelogin.com slmail.me
ukr.net abv.bg walla.co.il telenet.be ziggo.nl proximus.be bluewin.ch btinternet.com sapo.pt bigpond.com xtra.co.nz sympatico.ca
prodigy.net.mx fibertel.com.ar hinet.net netvigator.com mynet.com online.ee
""".split()
COMPANIES = """
google.com apple.com microsoft.com amazon.com meta.com facebook.com netflix.com github.com salesforce.com oracle.com ibm.com nvidia.com
siemens.com sap.com bosch.com bmw.de volkswagen.de allianz.de samsung.com sony.com toyota.co.jp hitachi.com tencent.com huawei.com
alibaba-inc.com baidu.com tata.com infosys.com petrobras.com.br embraer.com.br kakaocorp.com navercorp.com allegro.pl orlen.pl
skoda-auto.cz airbus.com renault.com loreal.com eni.com ferrari.com nestle.com novartis.com ikea.com volvo.com nokia.com shell.com
philips.com hsbc.com telekom.de telefonica.com bt.com starbucks.com walmart.com boeing.com jpmorgan.com stripe.com stytch.com
mit.edu ox.ac.uk nasa.gov gov.uk europa.eu wikipedia.org mozilla.org yandex-team.ru acme.za.com
""".split()
REFUSALS = {
    "email_allowed_domains": ("organization_settings_domain_too_common", "organization_settings_disposable_domain"),
    "claimed_email_domains": ("organization_settings_claimed_domain_too_common",),
}


@pytest.mark.parametrize("setting", REFUSALS)
def test_t26_public_providers_belong_to_no_organization(project, setting):
    organization = project.organization()
    path = f"/v1/b2b/organizations/{organization.organization_id}"
    answers = {domain: project.raw("PUT", path, json={setting: [domain]}).json() for domain in PROVIDERS}
    assert not {domain: answer for domain, answer in answers.items() if answer.get("error_type") not in REFUSALS[setting]}


def test_t26_companies_have_domains_of_their_own(project):
    organization = project.organization()
    for domain in COMPANIES:
        for setting in REFUSALS:
            answer = project.api.organizations.update(organization_id=organization.organization_id, **{setting: [domain]})
            assert getattr(answer.organization, setting) == [domain]
