/* page_assets: the page's style and script as text, and their hashes for its policy; made of page.css and
 * page.js by embed.py when this is built. */
#pragma once

extern const char page_style[], page_style_hash[], page_script[], page_script_hash[];
