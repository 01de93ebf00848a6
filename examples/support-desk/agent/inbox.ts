/** A question of a customer. */
export type Ticket = {
  readonly id: string;
  readonly channel: 'mail' | 'chat';
  readonly language: 'en' | 'nl';
  readonly question: string;
  /** Whether the customer leaves before there is an answer. */
  readonly customerLeaves: boolean;
};

/** A claim of a policy holder. */
export type Claim = {
  readonly id: string;
  readonly amount: number;
  readonly description: string;
  /** Whether the policy holder takes it back. */
  readonly withdrawn: boolean;
};

const ticket = (id: string, question: string, options: Partial<Ticket> = {}): Ticket => ({
  id,
  channel: 'mail',
  language: 'en',
  question,
  customerLeaves: false,
  ...options,
});

const claim = (id: string, amount: number, description: string, options: Partial<Claim> = {}): Claim => ({
  id,
  amount,
  description,
  withdrawn: false,
  ...options,
});

/** One morning's tickets. What is special about each is in the comment. */
export const tickets: readonly Ticket[] = [
  // The ordinary case: triage, search, answer.
  ticket('T-101', 'Where is my parcel? The tracking page has not moved since Monday.'),
  ticket('T-102', 'How do I change the delivery address of an order?'),
  // Customers in the chat see the answer as it is written.
  ticket('T-103', 'Can I pick my parcel up at a shop instead?', { channel: 'chat' }),
  // The provider is busy (429); the client library tries again.
  ticket('T-104', 'My discount code does not work at checkout.'),
  // The provider does not answer in time; the client library gives up and tries again.
  ticket('T-105', 'I was charged twice for the same order.'),
  // The model asks for a refund and a message to the customer.
  ticket('T-106', 'The vase arrived broken. I want my money back.'),
  // The refund fails, a person takes over.
  ticket('T-107', 'The lamp never arrived. Please refund me.'),
  // The team tries another model for Dutch, which no price book knows.
  ticket('T-108', 'Waar kan ik mijn factuur vinden?', { language: 'nl' }),
  // Too delicate for a model: a person reviews it.
  ticket('T-109', 'Your courier damaged my door and I will go to court.'),
  // The customer has to answer first; another process goes on with the ticket.
  ticket('T-110', 'My order is wrong.'),
  // The customer leaves before there is an answer.
  ticket('T-111', 'Do you also sell bicycles?', { channel: 'chat', customerLeaves: true }),
  // A tracking service without a price is asked.
  ticket('T-112', 'The courier says my address does not exist.'),
];

/** What the customer of a waiting ticket answers later. */
export const replies: Readonly<Record<string, string>> = {
  'T-110': 'I ordered the blue one and got the red one. The order is A-9110.',
};

/** One morning's claims. */
export const claims: readonly Claim[] = [
  // The first claim writes the policy text into the prompt cache; the others read it.
  claim('C-201', 180, 'Cracked windscreen after gravel on the motorway.'),
  claim('C-202', 95, 'Bicycle bell and lamp stolen at the station.'),
  // Over the limit of what the agent may decide: a reviewer decides.
  claim('C-203', 2_400, 'Water damage in the kitchen from a burst pipe.'),
  // The provider is overloaded (529); the client library tries again.
  claim('C-204', 120, 'Phone screen broken after a fall.'),
  claim('C-205', 3_900, 'Laptop and camera stolen from an open car.'),
  claim('C-206', 60, 'Suitcase wheel broken on a flight.'),
  // The reviewer does not say how long it took: the role's usual time is taken, as an estimate.
  claim('C-207', 1_250, 'Hail damage on the roof of the garage.'),
  // The policy holder withdraws the claim.
  claim('C-208', 75, 'Lost umbrella on the tram.', { withdrawn: true }),
];
