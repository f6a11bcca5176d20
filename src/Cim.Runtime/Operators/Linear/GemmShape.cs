namespace Cim.Runtime.Operators.Linear;

/// <summary>Sizes of a matrix product [M, K] * [K, N], and the distances of its elements in memory.</summary>
/// <param name="M">Rows of A and C.</param>
/// <param name="N">Columns of B and C, neighbours in memory.</param>
/// <param name="K">Columns of A, rows of B.</param>
internal readonly record struct GemmShape(int M, int N, int K)
{
    /// <summary>Distance of rows of A.</summary>
    public int RowA { get; init; } = K;

    /// <summary>Distance of columns of A.</summary>
    public int ColumnA { get; init; } = 1;

    /// <summary>Distance of rows of B.</summary>
    public int RowB { get; init; } = N;

    /// <summary>Distance of rows of C.</summary>
    public int RowC { get; init; } = N;
}
