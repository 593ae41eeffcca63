import { Field, ObjectType } from 'type-graphql';

/** Answer of a command that has something to say to people. */
@ObjectType()
export class MessageResult {
  /** Text in the caller's locale. */
  @Field()
  message!: string;
}
