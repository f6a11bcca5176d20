using Cim.Training.Data;

namespace Cim.Training.Loop;

/// <summary>
/// The steps of one training. Between epochs the arrays of the network, of the optimizer and of the averages on the host are the truth:
/// an engine on another device reads them before an epoch and writes them after it.
/// </summary>
internal interface ITrainingSteps : IDisposable
{
    /// <summary>Outputs of the network for one sample.</summary>
    int Classes { get; }

    /// <summary>Batches of one epoch; samples that do not fill a batch wait for another epoch's order.</summary>
    int Batches { get; }

    /// <summary>
    /// Does the steps of one epoch and gives the loss of each batch. The steps stop where it is not read on; if a loss is not finite, its
    /// update has not been done, or the values are those of a diverged training, which its caller throws away.
    /// </summary>
    IAsyncEnumerable<float> Epoch(int epoch, CancellationToken cancellation);

    /// <summary>How many samples have their label as the largest output, with the present values on the host.</summary>
    int CountCorrect(SampleSet samples, CancellationToken cancellation);
}
