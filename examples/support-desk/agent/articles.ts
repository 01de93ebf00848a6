/** One article of the knowledge base. */
export type Article = { readonly id: number; readonly title: string; readonly text: string };

/** What the help pages and policies say. */
export const articles: readonly Article[] = [
  { id: 1, title: 'Parcels', text: 'A parcel whose tracking has not moved for three days is sent again.' },
  { id: 2, title: 'Addresses', text: 'The delivery address of an order can be changed until the courier has it.' },
  { id: 3, title: 'Shops', text: 'A parcel can be picked up at a shop instead; choose it on the tracking page.' },
  { id: 4, title: 'Codes', text: 'A discount code works once, at checkout, and not on gift cards.' },
  { id: 5, title: 'Charges', text: 'An order that was charged twice is refunded within two days.' },
  { id: 6, title: 'Refunds', text: 'What arrived broken, or never arrived, is refunded in full.' },
  { id: 7, title: 'Invoices', text: 'Every invoice (factuur) is in the account under orders.' },
  { id: 8, title: 'Vehicle policy', text: 'Windscreen and hail damage is covered; theft from an open car is not.' },
  { id: 9, title: 'Home policy', text: 'Water damage from a burst pipe is covered after inspection of the kitchen.' },
  { id: 10, title: 'Travel policy', text: 'Luggage such as a suitcase broken on a flight is covered up to 500.' },
];
