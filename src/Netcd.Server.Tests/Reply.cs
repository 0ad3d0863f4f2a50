namespace Netcd.Server.Tests;

internal sealed record Reply(Refusal Refusal, long Revision, byte[] Body, bool IsApplied);
