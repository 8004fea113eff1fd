"""What is said in the demo corpus, by whom and how.  Invented people, an invented brand."""

from __future__ import annotations

from demo.voices import AGENT, ANGRY, CALLER, HAPPY, HOST, NEUTRAL, PARTICIPANT, SAD, Mood, Voice

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
