#include <latchkey/jose/check_signatures.hpp>
#include <latchkey/jose/digest.hpp>
#include <latchkey/jose/errc.hpp>
#include <latchkey/jose/signature.hpp>
#include <latchkey/jose/verifier.hpp>

#include <algorithm>
#include <array>

namespace latchkey::jose {
namespace {

// Up to as many jobs as there are lanes, all of which fit.
void check_batch(std::span<signature_job* const> jobs, const rsa_batch_kernel& kernel) {
  std::array<sha256_value, max_rsa_batch_lanes> digests;
  std::array<rsa_batch_item, max_rsa_batch_lanes> items;
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    const auto& job = *jobs[i];
    digests[i] = sha256(job.token->signing_input());
    items[i].key = job.key->batch();
    items[i].signature = job.token->signature();
    items[i].digest = digests[i];
  }
  kernel.verify(std::span{items}.first(jobs.size()));
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    jobs[i]->outcome = items[i].valid ? core::error_code{} : make_error_code(errc::bad_signature);
    jobs[i]->batched = true;
  }
}

void check_one(signature_job& job, const rsa_single_kernel* single, signature_paths& taken) {
  job.outcome = check_signature(*job.token, job.alg, *job.key, single);
  ++(single != nullptr && fits_single(job.alg, *job.key) ? taken.single : taken.openssl);
}

// How many signatures a pass of the batch kernel has to be worth.
std::size_t least_batch(const rsa_kernels& kernels) {
  if (kernels.single == nullptr) return kernels.batch->min_batch;
  return kernels.single->kind == rsa_single_kind::ifma ? kernels.batch->min_beside_ifma
                                                       : kernels.batch->min_beside_adx;
}

}  // namespace

bool fits_batch(algorithm alg, const key& key) {
  return alg == algorithm::rs256 && key.batch() != nullptr && key.serves(alg);
}

signature_paths check_signatures(std::span<signature_job> jobs, const rsa_kernels& kernels) {
  const auto* const batch = kernels.batch;
  signature_paths taken;
  std::array<signature_job*, max_rsa_batch_lanes> waiting;
  std::size_t count = 0;
  const auto decide = [&] {
    if (batch != nullptr && count >= least_batch(kernels)) {
      check_batch({waiting.data(), count}, *batch);
      taken.batch += count;
    } else {
      std::for_each_n(waiting.begin(), count,
                      [&](signature_job* job) { check_one(*job, kernels.single, taken); });
    }
    count = 0;
  };
  for (auto& job : jobs) {
    if (batch != nullptr && fits_batch(job.alg, *job.key)) {
      waiting[count++] = &job;
      if (count == batch->lanes) decide();
    } else {
      check_one(job, kernels.single, taken);
    }
  }
  if (count > 0) decide();
  return taken;
}

}  // namespace latchkey::jose
