namespace Netcd.Grpc.Server.Timers;

/// <summary>
/// One entry of a <see cref="TimerWheel"/>, owned by whoever scheduled it and used again. Fields belong to the wheel's
/// lock.
/// </summary>
internal sealed class Deadline(IDeadlineOwner owner)
{
    internal IDeadlineOwner Owner { get; } = owner;

    internal int StreamId { get; set; }

    internal int Generation { get; set; }

    /// <summary>Timestamp at which it expires.</summary>
    internal long Due { get; set; }

    /// <summary>The wheel it is in, null when it is in none.</summary>
    internal TimerWheel? Wheel { get; set; }

    internal int Slot { get; set; }

    internal Deadline? Next { get; set; }

    internal Deadline? Previous { get; set; }
}
