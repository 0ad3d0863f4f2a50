namespace Netcd.Mvcc;

/// <summary>Bounds of what the store keeps, each with its reason.</summary>
internal static class Limits
{
    /// <summary>
    /// Bytes of a user's or role's name: it is a key of bbolt, whose longest this is (db.go, MaxKeySize).
    /// </summary>
    public const int AuthNameBytesMax = 32768;
}
