"""What is said in the demo corpus, by whom and how.  Invented people, an invented brand."""

from __future__ import annotations

from demo.voices import (
    AGENT,
    ANGRY,
    ANNOUNCER,
    CALLER,
    HAPPY,
    HOST,
    NEUTRAL,
    PARTICIPANT,
    PASSER_BY,
    SAD,
    SMALL_PRINT,
    STORYTELLER,
    Mood,
    Voice,
)

Line = tuple[Voice, Mood, str]

TASTE_INTERVIEW: tuple[Line, ...] = (
    (HOST, NEUTRAL, "Thank you for coming in today."),
    (HOST, NEUTRAL, "Please tell me what you remember about soft drinks when you were a child."),
    (PARTICIPANT, NEUTRAL, "We lived near the harbor, and there was a small shop on the corner."),
    (PARTICIPANT, NEUTRAL, "The owner sold bread, milk, newspapers, and Acme Cola in glass bottles."),
    (HOST, NEUTRAL, "What did that mean to you?"),
    (PARTICIPANT, HAPPY, "Oh, it was wonderful!"),
    (PARTICIPANT, HAPPY, "Every Friday my father came home and bought us one cold Acme Cola!"),
    (PARTICIPANT, HAPPY, "We shared it on the steps, and everybody laughed about the bubbles!"),
    (HOST, NEUTRAL, "Do you still drink it now?"),
    (PARTICIPANT, SAD, "No, not any more."),
    (PARTICIPANT, SAD, "The shop closed, and my father died the year after."),
    (PARTICIPANT, SAD, "When I see a bottle of Acme Cola now, I only think of those empty steps."),
    (HOST, NEUTRAL, "I am sorry to hear that."),
    (HOST, NEUTRAL, "How do you feel about the new recipe?"),
    (PARTICIPANT, ANGRY, "The new recipe is a disgrace!"),
    (PARTICIPANT, ANGRY, "Acme Cola took out the sugar, raised the price, and told nobody!"),
    (PARTICIPANT, ANGRY, "I wrote three letters, and they never answered a single one!"),
    (HOST, NEUTRAL, "What would the company have to do to win you back?"),
    (PARTICIPANT, NEUTRAL, "I would ask them for two things."),
    (PARTICIPANT, NEUTRAL, "First, bring back the glass bottle, because plastic changes the taste."),
    (PARTICIPANT, NEUTRAL, "Second, print on the label what is really inside."),
    (HOST, NEUTRAL, "And if Acme Cola did both?"),
    (PARTICIPANT, HAPPY, "Then I would buy a whole crate and call my sister!"),
    (PARTICIPANT, HAPPY, "We would sit on the steps again and drink Acme Cola in the sun!"),
    (HOST, NEUTRAL, "One last question about the neighborhood."),
    (HOST, NEUTRAL, "Where do people meet today, now that the shop is gone?"),
    (PARTICIPANT, NEUTRAL, "Most of them go to the station, or to the big market outside the town."),
    (PARTICIPANT, SAD, "But you do not meet anybody there, you just stand in a line."),
    (HOST, NEUTRAL, "Did anybody try to open a new shop?"),
    (PARTICIPANT, HAPPY, "Yes, two students did, last summer, and it was lovely!"),
    (PARTICIPANT, HAPPY, "They had music, old chairs, and Acme Cola on ice!"),
    (PARTICIPANT, ANGRY, "And then the city raised the rent and threw them out!"),
    (PARTICIPANT, SAD, "So the window is dark again, and there is dust on the Acme Cola sign."),
    (HOST, NEUTRAL, "Is there anything that I forgot to ask?"),
    (PARTICIPANT, NEUTRAL, "Only this. People do not talk about the drink, they talk about the steps."),
    (HOST, NEUTRAL, "Thank you very much, that was a great help."),
    (PARTICIPANT, NEUTRAL, "You are welcome."),
)

SUPPORT_CALL: tuple[Line, ...] = (
    (AGENT, NEUTRAL, "Acme Cola customer service, how can I help you?"),
    (CALLER, NEUTRAL, "Good morning, I ordered two crates of Acme Cola last week."),
    (CALLER, ANGRY, "They arrived today, and half of the bottles are broken!"),
    (AGENT, NEUTRAL, "I am very sorry, can you give me the order number?"),
    (CALLER, NEUTRAL, "Yes, it is four zero seven nine two."),
    (AGENT, NEUTRAL, "Thank you, I can send you two new crates tomorrow, without any charge."),
    (CALLER, HAPPY, "Really? That is great, thank you so much!"),
    (CALLER, HAPPY, "I knew that Acme Cola would look after me!"),
    (AGENT, NEUTRAL, "You are welcome, have a good day."),
)

PHONE_IN: tuple[Line, ...] = (
    (AGENT, NEUTRAL, "Good evening, and welcome."),
    (AGENT, NEUTRAL, "What does Acme Cola mean to you?"),
    (AGENT, NEUTRAL, "First, a woman from the harbor."),
    (CALLER, HAPPY, "Good evening, it is wonderful that you ask!"),
    (CALLER, HAPPY, "My mother and I shared an Acme Cola every Friday!"),
    (CALLER, HAPPY, "We still drink it at the beach, and it is lovely!"),
    (AGENT, NEUTRAL, "Thank you, and now a driver from the factory town."),
    (PARTICIPANT, ANGRY, "Do not ask me to be quiet about this!"),
    (PARTICIPANT, ANGRY, "Acme Cola closed the old factory and threw my friends out!"),
    (PARTICIPANT, ANGRY, "They raised the price of every bottle, and nobody answered my letters!"),
    (AGENT, NEUTRAL, "What would bring you back?"),
    (PARTICIPANT, ANGRY, "Nothing, I do not want to see that label again!"),
    (AGENT, NEUTRAL, "I am sorry, thank you. Now a man who worked there."),
    (STORYTELLER, SAD, "I carried the crates for twenty years."),
    (STORYTELLER, SAD, "When the gate was closed, I lost my friends."),
    (STORYTELLER, SAD, "I see an Acme Cola in a shop window, and I think of them."),
    (AGENT, NEUTRAL, "What do you drink today?"),
    (STORYTELLER, SAD, "Only cold water."),
    (AGENT, NEUTRAL, "And now a student from the city."),
    (ANNOUNCER, NEUTRAL, "I buy Acme Cola for a birthday party, and coffee for every other day."),
    (ANNOUNCER, NEUTRAL, "It is too sweet for me, but the price is right."),
    (ANNOUNCER, HAPPY, "And the new green bottle is beautiful!"),
    (AGENT, NEUTRAL, "One last voice, from the mountain road."),
    (PASSER_BY, ANGRY, "Acme Cola changed the recipe, and now it tastes like warm paper!"),
    (PASSER_BY, SAD, "My sister was in the hospital last winter, and she wanted one glass of it."),
    (PASSER_BY, SAD, "I could not find the old Acme Cola in any shop."),
    (AGENT, NEUTRAL, "Thank you all, it was good to hear you."),
    (SMALL_PRINT, NEUTRAL, "Acme Cola was called, and did not want to answer."),
)

SURVEY: dict[str, tuple[Line, ...]] = {
    "007": (
        (PARTICIPANT, NEUTRAL, "You ask me again, after half a year."),
        (PARTICIPANT, SAD, "The shop is still closed, and now the sign is gone."),
        (PARTICIPANT, NEUTRAL, "My sister brought me an Acme Cola in the glass bottle."),
        (PARTICIPANT, HAPPY, "It tastes like the old one, cold and sharp and wonderful!"),
    ),
    "012": (
        (CALLER, NEUTRAL, "I ordered four crates of Acme Cola for the summer party."),
        (CALLER, ANGRY, "Two were empty, one was broken, and one had the wrong label!"),
        (CALLER, ANGRY, "I called the service for three days, and a machine answered every time!"),
        (CALLER, NEUTRAL, "Now I drink Blue Lemon."),
    ),
    "031": (
        (PASSER_BY, HAPPY, "My children painted the Acme Cola sign on the school wall!"),
        (PASSER_BY, HAPPY, "Everybody in the village came to see it!"),
        (PASSER_BY, SAD, "After the winter, there was nothing left of it."),
        (PASSER_BY, NEUTRAL, "I do not buy the drink, but I liked the sign."),
    ),
    "045": (
        (ANNOUNCER, NEUTRAL, "I heard the Acme Cola song on the radio this morning."),
        (ANNOUNCER, ANGRY, "It is the loudest song of them all, and they never stop!"),
        (ANNOUNCER, SAD, "My father sang the old one, slow and simple, and I miss his voice."),
        (ANNOUNCER, NEUTRAL, "Give me a cold Acme Cola, a good book, and no song."),
    ),
}
"""Codes of participants and what each of them answers, half a year later: three have been heard before."""

SPOT_ANNOUNCEMENT: tuple[str, ...] = (
    "Hot day? Long road? Good friends?",
    "Open an ice cold Acme Cola, and the summer begins!",
    "Acme Cola, now again in the glass bottle!",
)
SPOT_SMALL_PRINT = "Acme Cola is an invented brand. Please return your bottles."

STREET_ANSWER: tuple[tuple[Mood, str], ...] = (
    (NEUTRAL, "I do not really care about brands."),
    (NEUTRAL, "My children like Acme Cola, so I buy it for birthdays."),
    (HAPPY, "Last year we had forty bottles, and there was nothing left!"),
)

FACTORY_STORY: tuple[str, ...] = (
    "My name does not matter, but I worked in the bottling hall for thirty one years.",
    "I want to tell you what the place sounded like, because nobody writes that down.",
    "In the morning, before the machines were started, the hall was almost silent.",
    "You heard the pigeons under the roof, and the night watchman with his keys.",
    "At six o'clock the foreman pulled the big switch, and the belts began to move.",
    "First came a low hum, then the rattle of the empty bottles, thousands of them.",
    "New people put cotton in their ears, and after a month they forgot about it.",
    "We could not talk, so we learned to read lips, and we had signs for everything.",
    "A hand on the head meant that the boss was coming.",
    "Two fingers meant a broken bottle, and a flat hand meant stop the line.",
    "My friend could tell a cracked bottle by its ring, with her back to the belt.",
    "She was never wrong, and later a machine did it, and the machine was often wrong.",
    "At nine there was a break, and a woman came with a cart of coffee and rolls.",
    "The radio was switched on for those fifteen minutes, and some of us danced.",
    "In the afternoon the sun came through the high windows and lit the steam.",
    "On hot days the syrup smelled so strong that you could taste it at home.",
    "My children said that I smelled like a birthday party.",
    "In the evening the hall was washed with hot water, and the floor hissed.",
    "Then the belts stood still, and everybody spoke too loudly, out of habit.",
    "Then came the winter of the strike.",
    "For seven weeks the hall was as quiet as a church.",
    "We stood outside at the gate, around a fire in an old oil barrel, and we sang.",
    "I had never heard the voices of half of my colleagues before.",
    "There was a big man from the loading dock who had the finest voice of all.",
    "We got a little more money, and thicker walls around the loudest machine.",
    "When we went back in, the foreman shook hands with every one of us.",
    "He said nothing, he only pulled the switch, and I saw that he was smiling.",
    "Years later the company was sold, and the new owners came with their plans.",
    "They told us that Acme Cola would now be made in another country.",
    "On the last day they let us run the line once more, for the visitors.",
    "When the foreman pushed the switch down, the sound did not stop at once.",
    "The belts ran out slowly, and the last bottles knocked against each other.",
    "After that I heard the pigeons again, for the first time in the daylight.",
    "Some people cried, and some people clapped, and I did not know what to do.",
    "Today there are apartments in the building, with a garden on the roof.",
    "The people who live there say that it is a very quiet house.",
    "I still wake up at five, and I listen, and there is nothing to hear.",
    "If you want to know what a town was, do not only look at the pictures.",
    "Ask the people what they heard when they opened the window.",
    "Ask them which sound they miss, and which one they are glad to have lost.",
    "I miss the bottles, and I am glad that the siren is gone.",
    "That is all I have to say, and now you may switch off your machine.",
)

DIGITS: dict[str, str] = {
    "007": "zero zero seven three one nine",
    "012": "zero one two eight eight five four",
    "031": "zero three one six two",
}
"""Codes of participants and what each of them reads out."""
