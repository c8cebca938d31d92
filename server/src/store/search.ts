import type { Message, Room, RoomId, UserId } from "@parley/protocol/model";
import type { SearchQuery, TextRange } from "@parley/protocol/search";

/**
 * Full text is each engine's own affair; what fits a query is decided by `matchMessage` everywhere. A message is found from
 * the moment at which its write is acknowledged, as it is now, and only where the user is a member in the same snapshot.
 */
export interface Searches {
  /** Newest first. A page may be short, or empty, and still have a cursor: then there is more to look through. */
  searchMessages(input: SearchInput): Promise<SearchPage>;
}

export interface SearchInput {
  readonly userId: UserId;
  readonly query: SearchQuery;
  /** Only in this room. */
  readonly roomId: RoomId | null;
  /** The cursor of the page before. */
  readonly before: number | null;
  readonly limit: number;
}

export interface SearchPage {
  readonly hits: readonly SearchHit[];
  readonly cursor: number | null;
}

export interface SearchHit {
  readonly message: Message;
  readonly room: Room;
  readonly highlights: readonly TextRange[];
}
