"""SimpleSAMLphp, of the system's packages, without a web server around it."""

import json
import os
import pathlib
import shutil
import subprocess

import pytest
from harness import free_port
from identity_providers import Key
from logins import Person, Program

PROGRAM = pathlib.Path("/usr/share/simplesamlphp")

CONFIG = """<?php
$config = [
    'baseurlpath' => '%(url)s/', 'certdir' => '%(directory)s/', 'loggingdir' => '%(directory)s/', 'datadir' => '%(directory)s/',
    'tempdir' => '%(directory)s/tmp', 'metadatadir' => '%(directory)s/metadata', 'secretsalt' => 'tests',
    'technicalcontact_email' => 'it@example.test', 'timezone' => 'UTC', 'logging.handler' => 'errorlog', 'debug' => null,
    'auth.adminpassword' => 'tests', 'enable.saml20-idp' => true, 'session.cookie.secure' => false, 'store.type' => 'phpsession',
    'module.enable' => ['exampleauth' => true, 'saml' => true, 'core' => true], 'language.default' => 'en',
    'metadata.sources' => [['type' => 'flatfile']],
];
"""

PEOPLE = """<?php
$config = ['people' => ['exampleauth:UserPass'] + array_map(
    function ($person) { return $person; }, json_decode(file_get_contents('%(directory)s/people.json'), true))];
"""

# What it says of itself. The NameID is the address.
HOSTED = """<?php
$metadata['%(entity)s'] = [
    'host' => '__DEFAULT__', 'auth' => 'people', 'privatekey' => 'idp.key', 'certificate' => 'idp.crt', %(next)s
    'NameIDFormat' => 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress',
    'authproc' => [3 => ['class' => 'saml:AttributeNameID', 'attribute' => 'mail',
                         'Format' => 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress']],
];
"""

# It reads our metadata with its own parser, as its administrator has it do.
REMOTE = """<?php
foreach (glob('%(directory)s/parties/*.xml') as $file) {
    $party = \\SimpleSAML\\Metadata\\SAMLParser::parseFile($file)->getMetadata20SP();
    $metadata[$party['entityid']] = json_decode(file_get_contents("$file.json"), true) + $party;
}
"""


class SimpleSamlPhp:
    """An identity provider with a page to log in at. What it knows is read again for every request."""

    def __init__(self, directory: pathlib.Path):
        self.directory = directory
        for name in ("metadata", "parties", "tmp"):
            (directory / name).mkdir()
        port = free_port()
        self._values = {"url": f"http://127.0.0.1:{port}", "directory": directory, "entity": f"http://127.0.0.1:{port}/idp"}
        self.entity_id = self._values["entity"]
        self._people = {}
        self._write("config.php", CONFIG)
        self._write("authsources.php", PEOPLE)
        self._write("metadata/saml20-sp-remote.php", REMOTE)
        self.key = self.sign_with(Key.new())
        self.has("nobody", "nobody@example.test")
        # Sessions are files, so that several processes share them.
        (directory / "sessions").mkdir()
        command = ["php", "-d", f"session.save_path={directory}/sessions", "-d", "opcache.enable_cli=1", "-d", "opcache.revalidate_freq=0",
                   "-S", f"127.0.0.1:{port}", "-t", str(PROGRAM / "www")]
        environment = os.environ | {"SIMPLESAMLPHP_CONFIG_DIR": str(directory)}
        self._program = Program(command, port, "/saml2/idp/metadata.php", directory / "log", env=environment)
        self.url = self._program.url
        self.metadata_url = f"{self.url}/saml2/idp/metadata.php"

    def stop(self):
        self._program.stop()

    def _write(self, name: str, text: str):
        (self.directory / name).write_text(text % self._values)

    def sign_with(self, key: Key, following: Key | None = None) -> Key:
        """Signs with a key; the metadata announces the following one."""
        for name, each in (("idp", key), ("new", following)):
            if each:
                (self.directory / f"{name}.key").write_text(each.private)
                (self.directory / f"{name}.crt").write_text(each.certificate)
        self._values["next"] = "'new_privatekey' => 'new.key', 'new_certificate' => 'new.crt'," if following else ""
        self._write("metadata/saml20-idp-hosted.php", HOSTED)
        return key

    def has(self, name: str, mail: str, **attributes):
        """Somebody who can log in, with the password `secret`."""
        self._people[f"{name}:secret"] = {"mail": [mail]} | attributes
        (self.directory / "people.json").write_text(json.dumps(self._people))

    def knows(self, connection, **options):
        """Has our metadata. `options` are its own, of the service provider."""
        name = self.directory / "parties" / f"{connection.connection_id}.xml"
        name.with_suffix(".xml.json").write_text(json.dumps(options))
        name.write_text(connection.metadata())

    def parsed(self, metadata: str) -> dict:
        """What its parser makes of metadata."""
        program = """require $argv[1]; $read = \\SimpleSAML\\Metadata\\SAMLParser::parseString(stream_get_contents(STDIN));
                     echo json_encode($read->getMetadata20SP());"""
        done = subprocess.run(["php", "-r", program, str(PROGRAM / "lib/_autoload.php")], input=metadata, capture_output=True,
                              text=True, env=os.environ | {"SIMPLESAMLPHP_CONFIG_DIR": str(self.directory)}, timeout=60)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def log_in(self, person: Person, url: str, name: str):
        """The page with which it sends somebody back, who has given their password."""
        page = person.go(url)
        return person.send(page, username=name, password="secret")


def need():
    """Skips the file, in one line, where it is not installed."""
    if not (PROGRAM / "www").is_dir() or shutil.which("php") is None:
        pytest.skip("SimpleSAMLphp or php is not installed", allow_module_level=True)
