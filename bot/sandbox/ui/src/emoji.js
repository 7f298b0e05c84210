/* The emoji people and the app use by name. A name that is not here stays as it was written. */
const TABLE = `
grinning 😀 smiley 😃 smile 😄 grin 😁 laughing 😆 sweat_smile 😅 joy 😂 rofl 🤣 slightly_smiling_face 🙂 wink 😉 blush 😊
innocent 😇 heart_eyes 😍 star-struck 🤩 sunglasses 😎 thinking_face 🤔 neutral_face 😐 confused 😕 worried 😟 cry 😢
sob 😭 angry 😠 rage 😡 sleeping 😴 hugging_face 🤗 upside_down_face 🙃 partying_face 🥳 relieved 😌 unamused 😒
pensive 😔 scream 😱 flushed 😳 nerd_face 🤓 robot_face 🤖 ghost 👻 wave 👋 ok_hand 👌 +1 👍 thumbsup 👍 -1 👎 thumbsdown 👎
clap 👏 raised_hands 🙌 pray 🙏 handshake 🤝 muscle 💪 point_up ☝️ point_right 👉 point_left 👈 point_down 👇
point_up_2 👆 raised_hand ✋ writing_hand ✍️ eyes 👀 eye 👁️ brain 🧠 bust_in_silhouette 👤 busts_in_silhouette 👥
heart ❤️ orange_heart 🧡 yellow_heart 💛 green_heart 💚 blue_heart 💙 purple_heart 💜 broken_heart 💔
sparkling_heart 💖 100 💯 boom 💥 dizzy 💫 zzz 💤 speech_balloon 💬 thought_balloon 💭 star ⭐ star2 🌟 sparkles ✨ zap ⚡
fire 🔥 snowflake ❄️ sunny ☀️ cloud ☁️ rainbow 🌈 ocean 🌊 droplet 💧 seedling 🌱 evergreen_tree 🌲 herb 🌿
four_leaf_clover 🍀 bouquet 💐 rose 🌹 cactus 🌵 earth_africa 🌍 earth_americas 🌎 globe_with_meridians 🌐 coffee ☕
tea 🍵 beer 🍺 beers 🍻 champagne 🍾 wine_glass 🍷 cake 🍰 birthday 🎂 pizza 🍕 apple 🍎 cookie 🍪 popcorn 🍿 tada 🎉
confetti_ball 🎊 balloon 🎈 gift 🎁 trophy 🏆 medal 🏅 first_place_medal 🥇 second_place_medal 🥈 third_place_medal 🥉
dart 🎯 game_die 🎲 rocket 🚀 airplane ✈️ car 🚗 truck 🚚 ship 🚢 house 🏠 office 🏢 factory 🏭 bank 🏦 hospital 🏥 ambulance 🚑
school 🏫 department_store 🏬 round_pushpin 📍 pushpin 📌 checkered_flag 🏁 triangular_flag_on_post 🚩 white_flag 🏳️
vertical_traffic_light 🚦 rotating_light 🚨 construction 🚧 sos 🆘 watch ⌚ hourglass ⌛ hourglass_flowing_sand ⏳
alarm_clock ⏰ stopwatch ⏱️ timer_clock ⏲️ clock1 🕐 clock3 🕒 clock9 🕘 calendar 📆 date 📅 spiral_calendar_pad 🗓️
phone ☎️ telephone_receiver 📞 iphone 📱 calling 📲 email 📧 e-mail 📧 envelope ✉️ incoming_envelope 📨
envelope_with_arrow 📩 inbox_tray 📥 outbox_tray 📤 mailbox 📫 package 📦 label 🏷️ bookmark 🔖 books 📚 book 📖
open_book 📖 ledger 📒 notebook 📓 page_facing_up 📄 page_with_curl 📃 scroll 📜 newspaper 📰 memo 📝 pencil 📝
pencil2 ✏️ clipboard 📋 paperclip 📎 link 🔗 scissors ✂️ file_folder 📁 open_file_folder 📂 card_index 📇
card_index_dividers 🗂️ file_cabinet 🗄️ wastebasket 🗑️ chart_with_upwards_trend 📈 chart_with_downwards_trend 📉
bar_chart 📊 abacus 🧮 moneybag 💰 money_with_wings 💸 dollar 💵 euro 💶 pound 💷 yen 💴 credit_card 💳 receipt 🧾
briefcase 💼 necktie 👔 gem 💎 crown 👑 key 🔑 lock 🔒 unlock 🔓 closed_lock_with_key 🔐 shield 🛡️ mag 🔍 mag_right 🔎
bulb 💡 electric_plug 🔌 battery 🔋 computer 💻 desktop_computer 🖥️ keyboard ⌨️ printer 🖨️ camera 📷 movie_camera 🎥
microphone 🎤 headphones 🎧 bell 🔔 no_bell 🔕 loudspeaker 📢 mega 📣 hammer 🔨 wrench 🔧 hammer_and_wrench 🛠️ gear ⚙️
toolbox 🧰 magnet 🧲 microscope 🔬 test_tube 🧪 pill 💊 adhesive_bandage 🩹 thermometer 🌡️ broom 🧹 ticket 🎫
admission_tickets 🎟️ shopping_trolley 🛒 shopping_bags 🛍️ puzzle_piece 🧩 compass 🧭 world_map 🗺️ satellite 🛰️
crystal_ball 🔮 art 🎨 bug 🐛 ant 🐜 bee 🐝 turtle 🐢 snail 🐌 unicorn_face 🦄 dog 🐶 cat 🐱 white_check_mark ✅
heavy_check_mark ✔️ ballot_box_with_check ☑️ x ❌ negative_squared_cross_mark ❎ no_entry ⛔ no_entry_sign 🚫
warning ⚠️ exclamation ❗ question ❓ grey_question ❔ grey_exclamation ❕ bangbang ‼️ information_source ℹ️ o ⭕
heavy_plus_sign ➕ heavy_minus_sign ➖ heavy_multiplication_x ✖️ infinity ♾️ recycle ♻️ red_circle 🔴
large_orange_circle 🟠 large_yellow_circle 🟡 large_green_circle 🟢 large_blue_circle 🔵 large_purple_circle 🟣
large_brown_circle 🟤 white_circle ⚪ black_circle ⚫ large_red_square 🟥 large_orange_square 🟧
large_yellow_square 🟨 large_green_square 🟩 large_blue_square 🟦 large_purple_square 🟪 white_large_square ⬜
black_large_square ⬛ small_red_triangle 🔺 small_red_triangle_down 🔻 small_blue_diamond 🔹 small_orange_diamond 🔸
large_blue_diamond 🔷 large_orange_diamond 🔶 white_small_square ▫️ black_small_square ▪️ arrow_up ⬆️
arrow_down ⬇️ arrow_left ⬅️ arrow_right ➡️ arrow_upper_right ↗️ arrow_lower_right ↘️ arrow_up_down ↕️
left_right_arrow ↔️ leftwards_arrow_with_hook ↩️ arrow_right_hook ↪️ arrow_forward ▶️ arrow_backward ◀️
double_vertical_bar ⏸️ black_square_for_stop ⏹️ fast_forward ⏩ rewind ⏪ arrows_counterclockwise 🔄 repeat 🔁
twisted_rightwards_arrows 🔀 back 🔙 soon 🔜 top 🔝 new 🆕 free 🆓 up 🆙 cool 🆒 ok 🆗 hash #️⃣ one 1️⃣ two 2️⃣ three 3️⃣
four 4️⃣ five 5️⃣ six 6️⃣ seven 7️⃣ eight 8️⃣ nine 9️⃣ keycap_ten 🔟`;

const WORDS = TABLE.trim().split(/\s+/);
const EMOJI = new Map(WORDS.flatMap((word, at) => (at % 2 ? [] : [[word, WORDS[at + 1]]])));

export const emojiNamed = (name) => EMOJI.get(name.split("::")[0]);
export const withEmoji = (text) =>
  text.replace(/:([a-z0-9_+'-]+)(?:::skin-tone-\d)?:/g, (whole, name) => emojiNamed(name) ?? whole);
