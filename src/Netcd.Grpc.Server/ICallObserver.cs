namespace Netcd.Grpc.Server;

/// <summary>
/// Is told of calls and how long they took. Called on the connections' threads; must not block. Only calls that reach a
/// handler are told of.
/// </summary>
public interface ICallObserver
{
    /// <summary>
    /// False: only unary calls whose answer did not come at once are told of, and only their end; the others cost
    /// nothing.
    /// </summary>
    bool ObservesAll { get; }

    /// <summary>Whether it looks at answers that come at once too; true only with <see cref="ObservesAll"/>.</summary>
    bool ReadsAnswers { get; }

    /// <summary>A call begins; what is returned comes back with its end.</summary>
    object? Began(in CallHead head);

    void Ended(in CallEnd end);
}
