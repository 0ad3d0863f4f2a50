namespace Netcd.Mvcc.Tests;

public enum KeyShape
{
    Tiny,
    Kubernetes,
    Sequential,
    LongPrefix,
    Huge,
    Binary,
}
