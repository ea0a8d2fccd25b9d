<?php
// Writes php.json. php crates/passwords/tests/vectors/php.php > crates/passwords/tests/vectors/php.json
$passwords = ["correct horse", "pässwörd ✓ 密码 😀", str_repeat("x", 71), str_repeat("x", 72), str_repeat("x", 73) . "y",
    str_repeat("é", 40), " \tspaced\n ", "ÿ", "£", "a£b"];

/** As wp_hash_password of WordPress 6.8 computes it. */
function wordpress(string $password): string {
    $key = base64_encode(hash_hmac('sha384', trim($password), 'wp-sha384', true));
    return '$wp' . password_hash($key, PASSWORD_BCRYPT, ['cost' => 4]);
}

$vectors = [];
foreach ($passwords as $password) {
    $add = function (string $type, string $hash, array $config = []) use (&$vectors, $password) {
        $vectors[] = ['program' => 'PHP ' . PHP_VERSION, 'hash_type' => $type, 'password' => $password, 'hash' => $hash] + $config;
    };
    $salt = 'abcdefghijklmnopqrstuu';
    $argon = ['memory_cost' => 64, 'time_cost' => 2, 'threads' => 1];
    $add('bcrypt', password_hash($password, PASSWORD_BCRYPT, ['cost' => 4]));
    foreach (['2a', '2x', '2y'] as $version) {
        $add('bcrypt', crypt($password, "\$$version\$04\$$salt"));
    }
    $add('bcrypt', wordpress($password));
    $add('argon_2i', password_hash($password, PASSWORD_ARGON2I, $argon));
    $add('argon_2id', password_hash($password, PASSWORD_ARGON2ID, $argon));
    $add('md_5', md5($password));
    $add('sha_1', sha1("before£$password"), ['sha_1_config' => ['prepend_salt' => 'before£', 'append_salt' => '']]);
    $add('sha_512', hash('sha512', "a{$password}z"), ['sha_512_config' => ['prepend_salt' => 'a', 'append_salt' => 'z']]);
}
echo json_encode($vectors, JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES | JSON_PRETTY_PRINT), "\n";
