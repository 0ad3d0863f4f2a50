namespace Netcd.Grpc;

/// <summary>What <see cref="IUnaryHandler.Invoke"/> did with a call.</summary>
public enum CallStep
{
    /// <summary>The answer (message or status) was given through the <see cref="ReplyWriter"/>.</summary>
    Done,

    /// <summary>The answer will come through <see cref="CallTicket.Complete"/>, from any thread.</summary>
    Pending,
}
