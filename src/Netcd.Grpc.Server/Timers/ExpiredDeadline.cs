namespace Netcd.Grpc.Server.Timers;

/// <summary>
/// What an expired entry named, copied under the wheel's lock so that the entry may be used again at once.
/// </summary>
internal readonly record struct ExpiredDeadline(Deadline Entry, int StreamId, int Generation, long Due);
