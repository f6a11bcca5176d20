using Microsoft.ML.OnnxRuntime;

namespace Sentences;

/// <summary>The network as it was trained, in ONNX Runtime.</summary>
internal sealed class FloatNetwork(string path) : IDisposable
{
    private readonly InferenceSession _session = new(path);

    public void Dispose() => _session.Dispose();

    public Embeddings Embed(Tokens tokens)
    {
        long[] shape = [tokens.Count, Tokens.Length];
        using OrtValue ids = OrtValue.CreateTensorValueFromMemory(tokens.Ids, shape);
        using OrtValue mask = OrtValue.CreateTensorValueFromMemory(tokens.Mask, shape);
        using OrtValue types = OrtValue.CreateTensorValueFromMemory(tokens.Types, shape);
        using var options = new RunOptions();
        using IDisposableReadOnlyCollection<OrtValue> outputs = _session.Run(
            options, ["input_ids", "attention_mask", "token_type_ids"], [ids, mask, types], [_session.OutputNames[0]]);
        return Embeddings.Of(outputs[0].GetTensorDataAsSpan<float>(), tokens);
    }
}
