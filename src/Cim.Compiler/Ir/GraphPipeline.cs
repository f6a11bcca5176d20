namespace Cim.Compiler.Ir;

/// <summary>Runs passes one after the other, verifies the graph after each and writes it out on request.</summary>
internal static class GraphPipeline
{
    /// <param name="graph">Where to start; verified and dumped as step 00.</param>
    /// <param name="passes">In order.</param>
    /// <param name="dumpDirectory">If given, <c>NN-PassName.txt</c> is written there after each pass.</param>
    /// <param name="cancellationToken">Checked before each pass.</param>
    public static Graph Run(Graph graph, IEnumerable<IGraphPass> passes, string? dumpDirectory, CancellationToken cancellationToken)
    {
        DumpFolder? dump = dumpDirectory is null ? null : new DumpFolder(dumpDirectory, "", 0);
        void Checkpoint(string after)
        {
            GraphVerifier.Verify(graph, after);
            dump?.Write(after, GraphText.Write(graph));
        }

        Checkpoint("Start");
        foreach (IGraphPass pass in passes)
        {
            cancellationToken.ThrowIfCancellationRequested();
            graph = pass.Run(graph);
            Checkpoint(pass.GetType().Name);
        }

        return graph;
    }
}
