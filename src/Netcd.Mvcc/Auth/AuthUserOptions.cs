namespace Netcd.Mvcc;

/// <summary>authpb.UserAddOptions.</summary>
/// <param name="NoPassword">The user proves himself by certificate only.</param>
/// <param name="Unknown">Fields that this release does not know, as they came: etcd stores them too.</param>
public sealed record AuthUserOptions(bool NoPassword, byte[] Unknown)
{
    public static readonly AuthUserOptions None = new(false, []);
}
