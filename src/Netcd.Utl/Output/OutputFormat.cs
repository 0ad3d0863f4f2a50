namespace Netcd.Utl.Output;

/// <summary>How a command prints its answer.</summary>
internal enum OutputFormat
{
    Simple,
    Fields,
    Json,
    Protobuf,
    Table,
}
