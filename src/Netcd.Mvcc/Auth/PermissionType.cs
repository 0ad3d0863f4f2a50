namespace Netcd.Mvcc;

/// <summary>authpb.Permission.Type; a value outside the enum is kept and grants nothing.</summary>
public enum PermissionType
{
    Read = 0,
    Write = 1,
    ReadWrite = 2,
}
