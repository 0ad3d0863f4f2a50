using Netcd.Raft.Messages;

namespace Netcd.Raft.Elections;

/// <summary>
/// When a member campaigns after it was told that its leader's process is gone. Only the timing is here; what a
/// campaign is, and what a vote needs, is the same as after an election timeout. See
/// docs/adr/0004-a-lost-connection-to-the-leader-starts-an-election.md.
/// </summary>
/// <remarks>
/// Off, until the leader is reported gone; then on for a window of ticks; then spent, until a leader is heard again.
/// So one loss gives one bounded window, however often it is reported.
/// <code>
/// reported gone    on: the first of the other voters campaigns at once, the next one a tick later, and so on
/// pre-vote fails   again at the next tick: the others may not have been told yet, or keep a lease (Go etcd does)
/// pre-vote given   wait two or three ticks for the one that asked
/// vote asked/given wait three to five ticks, and twice that after the next: votes must become durable
/// leader heard     off
/// </code>
/// </remarks>
internal sealed class FailOver(int electionTicks)
{
    private const int RetryTicks = 1;
    private const int YieldTicks = 2;
    private const int FirstVoteTicks = 3;

    /// <summary>A pre-vote that came before the report is answered after it, but not when it is older.</summary>
    private const int EarlyTicksMax = 2;

    private bool _isSpent;
    private int _windowTicks;
    private int _waitTicks;
    private int _voteTicks;
    private Message? _early;
    private int _earlyTicks;

    /// <summary>The leader was reported gone, no other has come, and the window is not over.</summary>
    public bool IsOn => _windowTicks > 0;

    /// <summary>
    /// Half as long again as an election timeout: then the leases of members that were not told are over too.
    /// </summary>
    public int WindowTicks => electionTicks + (electionTicks / 2);

    /// <summary>Opens the window; false if this loss has had its window.</summary>
    public bool TryBegin(int waitTicks)
    {
        if (IsOn || _isSpent)
        {
            return false;
        }

        _isSpent = true;
        _windowTicks = WindowTicks;
        _waitTicks = waitTicks;
        _voteTicks = FirstVoteTicks;
        return true;
    }

    /// <summary>A leader was heard.</summary>
    public void End()
    {
        _windowTicks = 0;
        _isSpent = false;
    }

    /// <summary>One tick of a member that does not lead; whether it campaigns now.</summary>
    public bool Tick()
    {
        if (_early is not null && ++_earlyTicks > EarlyTicksMax)
        {
            _early = null;
        }

        if (_windowTicks == 0)
        {
            return false;
        }

        _windowTicks--;
        return --_waitTicks <= 0 && IsOn;
    }

    /// <summary>A pre-vote was asked for; if it fails it is asked for again.</summary>
    public void Asked() => _waitTicks = RetryTicks;

    /// <summary>A pre-vote was given away.</summary>
    public void Yield(Prng random)
    {
        if (IsOn)
        {
            _waitTicks = YieldTicks + random.Next(2);
        }
    }

    /// <summary>A vote was asked for or given; this member, or the other, should lead soon.</summary>
    public void AwaitVotes(Prng random)
    {
        if (IsOn)
        {
            _waitTicks = _voteTicks + random.Next(_voteTicks);
            _voteTicks *= 2;
        }
    }

    /// <summary>
    /// Remembers a pre-vote that the lease on the leader forbids to answer: reports reach members at different times.
    /// </summary>
    public void KeepEarly(Message preVote)
    {
        _early = preVote;
        _earlyTicks = 0;
    }

    public Message? TakeEarly()
    {
        var early = _early;
        _early = null;
        return early;
    }
}
