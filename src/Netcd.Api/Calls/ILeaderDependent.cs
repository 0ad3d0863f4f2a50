namespace Netcd.Api.Calls;

/// <summary>A stream that ends when the member has lost its leader.</summary>
internal interface ILeaderDependent
{
    /// <summary>Called once, from a timer's thread; does not block.</summary>
    void OnLeaderLost();
}
