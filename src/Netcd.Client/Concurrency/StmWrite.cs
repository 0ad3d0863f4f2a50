namespace Netcd.Client;

/// <summary>What a software transaction will do to a key; no value is a deletion.</summary>
internal sealed record StmWrite(EtcdBytes? Value, RequestOp Operation);
