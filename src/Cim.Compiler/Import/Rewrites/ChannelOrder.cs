namespace Cim.Compiler.Import.Rewrites;

/// <summary>Brings the channels of [batch, ..., channels] to axis 1 and back.</summary>
internal static class ChannelOrder
{
    public static string First(RewriteContext context, string x)
    {
        int rank = context.ShapeOf(x).Rank;
        return context.Transpose(x, [0, rank - 1, .. Enumerable.Range(1, rank - 2)]);
    }

    public static string Last(RewriteContext context, string x)
    {
        int rank = context.ShapeOf(x).Rank;
        return context.Transpose(x, [0, .. Enumerable.Range(2, rank - 2), 1]);
    }
}
