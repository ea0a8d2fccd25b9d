// Goes on by itself where a form is all that leads on.
"use strict";

document.getElementById("send")?.submit();
